import styles from './header.module.css';

interface Props<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
}

/** A list of the header: its label is for screen readers, for there its value says enough. */
export function Pick<Value extends string>({ label, value, options, onChange }: Props<Value>) {
  return (
    <select
      aria-label={label}
      title={label}
      className={styles.pick}
      value={value}
      onChange={(event) => onChange(event.target.value as Value)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
