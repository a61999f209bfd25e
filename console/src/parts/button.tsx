import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import styles from './button.module.css';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style'> {
  /** `primary` is what one came for, once on a page; `danger` takes something away. */
  kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  small?: boolean;
}

export function Button({ kind = 'plain', small = false, ...props }: ButtonProps) {
  const names = [styles.button, kind === 'plain' ? undefined : styles[kind], small && styles.small];
  return <AriaButton {...props} className={names.filter(Boolean).join(' ')} />;
}
