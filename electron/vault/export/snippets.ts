/** Code to paste: what it needs, and which of its parts are the reader's own. It names variables and holds no value. */
import { codeLanguages } from '#shared/contract/exports.ts';
import type { ServerLocation } from './model.ts';

export const snippetLanguages = codeLanguages;
export type SnippetLanguage = (typeof snippetLanguages)[number];

export interface SnippetFile {
  readonly name: string;
  readonly language: SnippetLanguage;
  readonly text: string;
}

export interface Snippet {
  readonly label: string;
  readonly files: readonly SnippetFile[];
  /** What to install, as its package manager calls it. */
  readonly packages: readonly string[];
}

export interface SnippetOptions {
  readonly location: ServerLocation;
  /** The app has a master key, so that it may have encrypted channels. */
  readonly isEncrypted: boolean;
}

/** Lines without those that do not apply, and a line break at the end. */
export function lines(...all: readonly (string | false)[]): string {
  return `${all.filter((line) => line !== false).join('\n')}\n`;
}
