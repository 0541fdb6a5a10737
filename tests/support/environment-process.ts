/** A child process that tells what it was started with. */
import { parentPort } from '../../electron/processes/parent-port.ts';

parentPort().send({ env: process.env, flags: process.execArgv });
