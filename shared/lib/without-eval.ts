/**
 * Imported first by the page, for its effect: zod decides while schemas are made whether it may use `eval`, by trying it. The
 * page's policy forbids that and reports the try, so zod is told before any schema is made.
 */
import * as z from 'zod';

z.config({ jitless: true });
