import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { usePages } from '../../api/pages.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { PathSentences } from '../../parts/path-sentences.js';
import { explainQuery } from '../../api/explain.js';
import { Empty, QueryStates } from '../../parts/states.js';
import { useOffice } from '../../session/session-context.js';
import styles from './collaborators.module.css';
import { readOpenable, type Collaborator, type Openable } from './queries.js';

/** What the person can open, and for each dossier why. */
export function WhatTheyOpen({ person }: { person: Collaborator }) {
  const t = useTexts('collaborators');
  const formats = useFormats();
  const { office } = useOffice();
  const dossiers = usePages(['office', office, 'openable', person.id], readOpenable(office, person.id));
  return (
    <section className={styles.part}>
      <h2>{t('openable')}</h2>
      <QueryStates
        query={{ data: dossiers.items, error: dossiers.error, refetch: dossiers.refetch }}
        empty={{
          when: (items) => items.length === 0,
          show: (
            <Empty title={t('openable_none')}>
              <p>{t(`openable_none_help.${person.status}`)}</p>
            </Empty>
          ),
        }}
      >
        {(items) => (
          <>
            <p role="status" className={styles.total}>
              {t('openable_total', { count: dossiers.total, shown: formats.number(dossiers.total ?? 0) })}
            </p>
            <ul className={styles.plain}>
              {items.map((dossier) => (
                <OpenableLine key={dossier.id} person={person} dossier={dossier} />
              ))}
            </ul>
          </>
        )}
      </QueryStates>
      {dossiers.hasNextPage && (
        <div>
          <Button isPending={dossiers.isFetchingNextPage} onPress={() => void dossiers.fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
    </section>
  );
}

function OpenableLine({ person, dossier }: { person: Collaborator; dossier: Openable }) {
  const t = useTexts('collaborators');
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <li className={styles.line}>
      <span className={styles.grow}>
        {dossier.name}
        {dossier.code && <span className="quiet">{` ${dossier.code}`}</span>}
      </span>
      <Button
        small
        aria-expanded={isOpen}
        aria-controls={id}
        aria-label={t('why_dossier', { name: dossier.name })}
        onPress={() => setOpen(!isOpen)}
      >
        {t('why')}
      </Button>
      <div id={id} className={styles.why} hidden={!isOpen}>
        {isOpen && <Why person={person} dossier={dossier} />}
      </div>
    </li>
  );
}

function Why({ person, dossier }: { person: Collaborator; dossier: Openable }) {
  const { office } = useOffice();
  const query = useQuery(explainQuery(office, { collaborator: person.id, dossier: dossier.id, action: 'open' }));
  return <QueryStates query={query}>{({ paths }) => <PathSentences paths={paths} />}</QueryStates>;
}
