import { useEffect, useState } from 'react';

/** The value once it has not changed for a moment: what is typed is not asked for letter by letter. */
export function useSettled<Value>(value: Value, delayMs = 150): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return settled;
}
