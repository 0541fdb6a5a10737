/** The fields of one endpoint. A whole address pasted as the host is taken apart. */
import { Checkbox, TextField } from '../../components/index.ts';
import { type EndpointForm, type EndpointPart, endpointFromUrl, withTls } from './endpoint-form.ts';
import styles from './profile-form.module.css';

export interface EndpointFieldsProps {
  readonly title: string;
  readonly schemes: readonly [plain: string, tls: string];
  readonly endpoint: EndpointForm;
  readonly onChange: (endpoint: EndpointForm) => void;
  readonly problemOf: (part: EndpointPart) => string | undefined;
  readonly onBlur: (part: EndpointPart) => void;
}

export function EndpointFields({
  title,
  schemes,
  endpoint,
  onChange,
  problemOf,
  onBlur,
}: EndpointFieldsProps) {
  const problem = (part: EndpointPart) => {
    const message = problemOf(part);
    return message ? ({ severity: 'error', message } as const) : undefined;
  };
  return (
    <fieldset className={styles.endpoint}>
      <legend className={styles.legend}>{title}</legend>
      <div className={styles.endpointFields}>
        <TextField
          label="Host"
          isCode
          value={endpoint.host}
          onChange={(host) => onChange(endpointFromUrl(host) ?? { ...endpoint, host })}
          onBlur={() => onBlur('host')}
          placeholder="ws.example.com"
          problem={problem('host')}
        />
        <TextField
          label="Port"
          isCode
          type="number"
          value={endpoint.port}
          onChange={(port) => onChange({ ...endpoint, port })}
          onBlur={() => onBlur('port')}
          problem={problem('port')}
        />
        <TextField
          label="Path prefix"
          isCode
          value={endpoint.path}
          onChange={(path) => onChange({ ...endpoint, path })}
          onBlur={() => onBlur('path')}
          placeholder="none"
          problem={problem('path')}
        />
        <div className={styles.tls}>
          <Checkbox
            label={`TLS (${schemes[1]}://)`}
            isChecked={endpoint.tls}
            onChange={(tls) => onChange(withTls(endpoint, tls))}
          />
        </div>
      </div>
    </fieldset>
  );
}
