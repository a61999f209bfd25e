import { queryOptions } from '@tanstack/react-query';
import { currentLanguage } from '../i18n/language.js';
import { api, bodyOf } from './client.js';
import type { components } from './schema.js';

export type Explanation = components['schemas']['Explanation'];
export type AccessPath = Explanation['paths'][number];

/** Who asks to do what with which dossier. */
export interface AccessQuestion {
  collaborator: string;
  dossier: string;
  action: string;
}

/** May they, why, and if not what would grant it. The reasons are in the language of the page. */
export function explainQuery(office: string, question: AccessQuestion) {
  return queryOptions({
    queryKey: ['office', office, 'explain', question, currentLanguage()],
    queryFn: ({ signal }) =>
      bodyOf(api.POST('/v1/offices/{office}/explain', { params: { path: { office } }, body: question, signal })),
  });
}
