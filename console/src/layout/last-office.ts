const storageKey = 'cardea.office';

/** The office that is shown first the next time. */
export function rememberOffice(office: string): void {
  localStorage.setItem(storageKey, office);
}

export function lastOffice(): string | null {
  return localStorage.getItem(storageKey);
}
