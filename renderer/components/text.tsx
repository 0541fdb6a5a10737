/** Text that came from outside: its direction is kept inside, and what can't be seen is drawn. */
import { Fragment } from 'react';
import { classes } from './classes.ts';
import { findMarks } from './marks.ts';
import styles from './text.module.css';

export interface VisibleTextProps {
  readonly text: string;
  /** Line feeds and tabs keep their effect. */
  readonly keepsLines?: boolean;
}

export function VisibleText({ text, keepsLines = false }: VisibleTextProps) {
  const parts = findMarks(text, { keepsLines });
  return (
    <bdi className={styles.isolated} dir="ltr">
      {parts.map((part, index) => (
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
      ))}
    </bdi>
  );
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
      <span className={styles.head}>
        <VisibleText text={text.slice(0, cut)} />
      </span>
      {cut < text.length && (
        <span className={styles.tail}>
          <VisibleText text={text.slice(cut)} />
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
