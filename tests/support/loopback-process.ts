/** For `node --import`: a program of its own that reaches nothing but this machine. */
import { keepToLoopback } from './loopback-sockets.ts';

keepToLoopback();
