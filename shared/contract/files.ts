/** Files that the user names, to be read or written. What is in them never crosses here. */
import * as z from 'zod';
import { call } from './define.ts';
import { suggestedFileName } from './inputs.ts';
import * as s from './strings.ts';

/** `import`: a file to read. `export`: one to write. `sweep`: a folder to search. */
export const filePurposes = ['import', 'export', 'sweep'] as const;
export type FilePurpose = (typeof filePurposes)[number];

export const files = {
  /**
   * Asks the user with the host's dialog; one at a time. Null: none was chosen. Where there is a dialog
   * (`about.info.hasFilePicker`), a call that takes a path takes those only that were chosen in it, for its purpose.
   * Elsewhere this is `refused`, and such a call takes any full path that the user has written.
   */
  choose: call({
    input: z.strictObject({ purpose: z.enum(filePurposes), suggestedName: suggestedFileName.optional() }),
    output: z.strictObject({ path: s.filePath.nullable() }),
    errors: ['refused', 'conflict'],
  }),
};
