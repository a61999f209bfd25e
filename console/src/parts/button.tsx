import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import styles from './button.module.css';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style'> {
  /** `primary` is what one came for, once on a page; `danger` takes something away. */
  kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  small?: boolean;
}

/**
 * A button. While what it began is under way (`isPending`) it keeps the focus and does nothing; the words for that are
 * beside it, in a status: those that React Aria announces would name a button that may be gone by then.
 */
export function Button({ kind = 'plain', small = false, isPending = false, onPress, type, ...props }: ButtonProps) {
  const names = [styles.button, kind === 'plain' ? undefined : styles[kind], small && styles.small];
  return (
    <AriaButton
      {...props}
      data-pending={isPending || undefined}
      type={isPending ? 'button' : type}
      onPress={isPending ? undefined : onPress}
      className={names.filter(Boolean).join(' ')}
    />
  );
}
