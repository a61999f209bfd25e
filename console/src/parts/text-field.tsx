import { FieldError, Input, Label, Text, TextField as AriaTextField, type TextFieldProps } from 'react-aria-components';
import styles from './field.module.css';

interface Props extends Omit<TextFieldProps, 'className' | 'style' | 'children'> {
  label: string;
  description?: string | undefined;
  /** What is wrong with it, from the service or the form. */
  error?: string | undefined;
  placeholder?: string;
}

/** A labelled line of text with its help and its error, tied together for screen readers. */
export function TextField({ label, description, error, placeholder, ...props }: Props) {
  return (
    <AriaTextField {...props} isInvalid={error !== undefined} validationBehavior="aria" className={styles.field}>
      <Label className={styles.label}>{label}</Label>
      <Input className={styles.input} placeholder={placeholder} />
      {description && (
        <Text slot="description" className={styles.description}>
          {description}
        </Text>
      )}
      <FieldError className={styles.error}>{error}</FieldError>
    </AriaTextField>
  );
}
