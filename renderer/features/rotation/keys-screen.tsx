/** An app’s keys: what the vault has of it, and the rotations that replace them step by step. */
import { useRef } from 'react';
import type { Profile } from '#shared/contract/profiles.ts';
import { Loading, useKeepFocus } from '../../components/index.ts';
import { useCredentials, useProfile, useProviders, useRotations } from '../../state/index.ts';
import { CheckPanel } from '../doctor/index.ts';
import { FoldedFacts, findKind, providerIdOf } from '../providers/index.ts';
import { VaultNotice } from '../vault/index.ts';
import { ActiveRotation } from './active-rotation.tsx';
import { CredentialsPanel } from './credentials-panel.tsx';
import { EndedRotations } from './ended-rotations.tsx';
import { PlansPanel } from './plans-panel.tsx';
import styles from './rotation.module.css';
import { sortRotations } from './rotation-view.ts';

export function KeysScreen({ profileId }: { readonly profileId: string }) {
  const profile = useProfile(profileId);
  return profile ? <Keys key={profileId} profile={profile} /> : <Loading />;
}

function Keys({ profile }: { readonly profile: Profile }) {
  const credentials = useCredentials(profile.profileId);
  const provider = findKind(useProviders(), providerIdOf(profile));
  const column = useRef<HTMLDivElement>(null);
  const { active, ended } = sortRotations(useRotations(profile.profileId));
  // A rotation that ends takes its buttons along.
  useKeepFocus(column, active.length);
  return (
    <div className={styles.screen}>
      <div className={styles.main}>
        <div ref={column} tabIndex={-1} className={styles.column}>
          <VaultNotice>Checks and steps that sign or store something wait for it.</VaultNotice>
          {active.map((rotation) => (
            <ActiveRotation
              key={rotation.rotationId}
              rotation={rotation}
              profile={profile}
              credentials={credentials ?? []}
            />
          ))}
          <CheckPanel profileId={profile.profileId} />
          <PlansPanel profile={profile} active={active} credentials={credentials} />
          <EndedRotations rotations={ended} />
          {provider && <FoldedFacts provider={provider} />}
        </div>
      </div>
      <aside className={styles.side} aria-label="Keys in the vault">
        <CredentialsPanel profile={profile} credentials={credentials} />
      </aside>
    </div>
  );
}
