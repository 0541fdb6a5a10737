/** Signs a user in on one connection, and says how that stands. */
import { type FormEvent, useState } from 'react';
import { type Connection, watchlistLimit } from '#shared/contract/live.ts';
import { Actions, Button, ErrorNotice, Name, Notice, Stack, TextField } from '../../components/index.ts';
import { useCall, useDraft } from '../../state/index.ts';
import styles from './connections-screen.module.css';

const empty = { userId: '', userInfo: '', watchlist: '' };

export function SignInForm({ connection }: { readonly connection: Connection }) {
  const { profileId, connection: number, user } = connection;
  const [form, setForm] = useDraft(`sign-in:${profileId}:${number}`, empty);
  const [wasSubmitted, setSubmitted] = useState(false);
  const signIn = useCall('live.signIn');
  const signOut = useCall('live.signOut');
  const watchlist = form.watchlist
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  const problems = {
    userId: form.userId.trim() === '' ? 'Enter a user id.' : undefined,
    userInfo: isJson(form.userInfo) ? undefined : 'This is not JSON.',
    watchlist:
      watchlist.length > watchlistLimit ? `A watchlist has ${watchlistLimit} users at most.` : undefined,
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    if (Object.values(problems).some((problem) => problem !== undefined)) return;
    const userInfo = form.userInfo.trim();
    await signIn.run({
      profileId,
      connection: number,
      userId: form.userId.trim(),
      ...(userInfo === '' ? {} : { userInfo }),
      ...(watchlist.length === 0 ? {} : { watchlist }),
    });
    setSubmitted(false);
  };
  const problemOf = (name: keyof typeof problems) => {
    const message = problems[name];
    const isDue = wasSubmitted || form[name] !== '';
    return message !== undefined && isDue ? ({ severity: 'error', message } as const) : undefined;
  };
  return (
    <form onSubmit={submit} noValidate aria-label={`User of connection ${number}`}>
      <Stack gap={12}>
        <h3 className={styles.heading}>User</h3>
        {user?.state === 'signed-in' && (
          <p className={styles.sentence}>
            Signed in as <Name text={user.userId} />
            <span className={styles.soft}>
              {user.isListening
                ? 'and hears what is sent to this user.'
                : 'and not yet subscribed to what is sent to this user.'}
            </span>
          </p>
        )}
        {user && user.state !== 'signed-in' && (
          <Notice
            tone={user.state === 'failed' ? 'danger' : 'notice'}
            title={`${user.userId}: ${user.state === 'failed' ? 'not signed in.' : 'waiting to be signed in.'}`}
          >
            {user.reason}
          </Notice>
        )}
        <TextField
          label="User id"
          isCode
          value={form.userId}
          onChange={(userId) => setForm({ ...form, userId })}
          problem={problemOf('userId')}
          hint="Signed by the vault, and kept over reconnects."
        />
        <TextField
          label="User info (JSON, optional)"
          isCode
          value={form.userInfo}
          onChange={(userInfo) => setForm({ ...form, userInfo })}
          problem={problemOf('userInfo')}
        />
        <TextField
          label="Watchlist (user ids, optional)"
          isCode
          value={form.watchlist}
          onChange={(next) => setForm({ ...form, watchlist: next })}
          placeholder="ana, ben"
          problem={problemOf('watchlist')}
          hint="The server tells when they come and go."
        />
        {[signIn, signOut].map(({ error, clear }, index) =>
          // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list.
          error ? <ErrorNotice key={index} error={error} onDismiss={clear} /> : null,
        )}
        <Actions>
          <Button type="submit" icon="user" isPending={signIn.isPending}>
            {user ? 'Sign in anew' : 'Sign in'}
          </Button>
          {user && (
            <Button
              isPending={signOut.isPending}
              onClick={() => void signOut.run({ profileId, connection: number })}
            >
              Sign out
            </Button>
          )}
        </Actions>
      </Stack>
    </form>
  );
}

function isJson(text: string): boolean {
  if (text.trim() === '') return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
