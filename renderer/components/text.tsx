/** Text that came from outside: its direction is kept inside, and what can't be seen is drawn. */
import { Fragment, type ReactNode } from 'react';
import { classes } from './classes.ts';
import { findMarks } from './marks.ts';
import styles from './text.module.css';

export interface VisibleTextProps {
  readonly text: string;
  /** Line feeds and tabs keep their effect. */
  readonly keepsLines?: boolean;
}

export function VisibleText({ text, keepsLines = false }: VisibleTextProps) {
  return (
    <bdi className={styles.isolated} dir="ltr">
      {visibleParts(text, keepsLines)}
    </bdi>
  );
}

/** The same without its element, for one that keeps the text's direction inside itself. */
function visibleParts(text: string, keepsLines = false): ReactNode {
  const parts = findMarks(text, { keepsLines });
  // As most texts are; and an element with a text alone is the cheapest for the browser.
  if (parts.every(({ kind }) => kind === 'text')) return text;
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no identity but their place.
    <Fragment key={index}>
      {part.kind === 'text' ? (
        part.text
      ) : (
        <span className={styles.mark} title={part.name}>
          {part.label}
        </span>
      )}
    </Fragment>
  ));
}

/** Characters that always stay at the end of a name that is cut. */
const tailLength = 12;
/** Shorter names are cut at their end, if at all: a middle cut would leave too little. */
const shortLength = 24;

/** A name in the monospace face, on one line, cut in the middle where there is no room; whole on hover and on copy. */
export function Name({
  text,
  className,
}: {
  readonly text: string;
  readonly className?: string | undefined;
}) {
  const cut = text.length > shortLength ? text.length - tailLength : text.length;
  return (
    <span className={classes(styles.name, className)} title={text}>
      <span className={styles.head} dir="ltr">
        {visibleParts(text.slice(0, cut))}
      </span>
      {cut < text.length && (
        <span className={styles.tail} dir="ltr">
          {visibleParts(text.slice(cut))}
        </span>
      )}
    </span>
  );
}

/** A block of text as it is: a frame, a server's answer. Scrolls in both directions, or wraps. */
export function CodeBlock({
  text,
  label,
  isWrapped,
}: {
  readonly text: string;
  readonly label: string;
  readonly isWrapped?: boolean;
}) {
  return (
    <section
      className={classes(styles.code, isWrapped && styles.wrapped)}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must be able to reach it.
      tabIndex={0}
      aria-label={label}
    >
      <pre>
        <VisibleText text={text} keepsLines />
      </pre>
    </section>
  );
}
