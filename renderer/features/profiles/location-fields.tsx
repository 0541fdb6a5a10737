/** Where the app is: a cluster for hosted ones, else one or two endpoints. */
import type { ReactNode } from 'react';
import { clusterEndpoints, clusters } from '#shared/protocol/dialects.ts';
import { Checkbox, FieldRow, Select, Stack, TextField } from '../../components/index.ts';
import { EndpointFields } from './endpoint-fields.tsx';
import type { EndpointPart } from './endpoint-form.ts';
import styles from './profile-form.module.css';
import {
  isKnownCluster,
  type ProfileField,
  type ProfileFormValues,
  usesCluster,
} from './profile-form-values.ts';

export interface LocationFieldsProps {
  /** The choice of server, which says what else is asked. */
  readonly server: ReactNode;
  readonly values: ProfileFormValues;
  readonly onChange: (changes: Partial<ProfileFormValues>) => void;
  readonly problemOf: (field: ProfileField) => string | undefined;
  readonly onBlur: (field: ProfileField) => void;
}

const otherCluster = 'other';

export function LocationFields(props: LocationFieldsProps) {
  return usesCluster(props.values) ? <ClusterFields {...props} /> : <EndpointsFields {...props} />;
}

function ClusterFields({ server, values, onChange, problemOf, onBlur }: LocationFieldsProps) {
  const { cluster, isOtherCluster } = values;
  const message = problemOf('cluster');
  const { http, webSocket } = clusterEndpoints(cluster.trim() || '…');
  return (
    <Stack gap={8}>
      <FieldRow>
        {server}
        <Select
          label="Cluster"
          value={isOtherCluster ? otherCluster : cluster}
          options={[
            ...clusters.map((name) => ({ value: name as string, label: name })),
            { value: otherCluster, label: 'Another…' },
          ]}
          onChange={(next) =>
            onChange(
              next === otherCluster
                ? { isOtherCluster: true, cluster: '' }
                : { isOtherCluster: false, cluster: next },
            )
          }
        />
        {isOtherCluster && (
          <TextField
            label="Cluster name"
            isCode
            autoFocus={cluster === ''}
            value={cluster}
            onChange={(next) =>
              onChange({ cluster: next, isOtherCluster: !isKnownCluster(next) || isOtherCluster })
            }
            onBlur={() => onBlur('cluster')}
            hint="A dedicated cluster’s own name."
            problem={message ? { severity: 'error', message } : undefined}
          />
        )}
      </FieldRow>
      <p className={styles.faint}>
        HTTP at <code>{http.host}</code>, WebSocket at <code>{webSocket.host}</code>
      </p>
    </Stack>
  );
}

function EndpointsFields({ server, values, onChange, problemOf, onBlur }: LocationFieldsProps) {
  const { http, webSocket, isOneEndpoint } = values;
  return (
    <Stack gap={12}>
      {server}
      <Checkbox
        label="HTTP and WebSocket are at the same place"
        isChecked={isOneEndpoint}
        onChange={(next) => onChange({ isOneEndpoint: next })}
      />
      <EndpointFields
        title={isOneEndpoint ? 'Server' : 'HTTP API'}
        schemes={['http', 'https']}
        endpoint={http}
        onChange={(next) => onChange(isOneEndpoint ? { http: next, webSocket: next } : { http: next })}
        problemOf={(part: EndpointPart) => problemOf(`http.${part}`)}
        onBlur={(part) => onBlur(`http.${part}`)}
      />
      {!isOneEndpoint && (
        <EndpointFields
          title="WebSocket"
          schemes={['ws', 'wss']}
          endpoint={webSocket}
          onChange={(next) => onChange({ webSocket: next })}
          problemOf={(part: EndpointPart) => problemOf(`webSocket.${part}`)}
          onBlur={(part) => onBlur(`webSocket.${part}`)}
        />
      )}
    </Stack>
  );
}
