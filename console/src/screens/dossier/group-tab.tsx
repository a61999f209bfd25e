import { useState } from 'react';
import { answerOf, api } from '../../api/client.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { useOffice } from '../../session/session-context.js';
import { GroupChooser } from '../monitor/choosers.js';
import { useNames } from '../monitor/use-names.js';
import { useDossier, useMay } from './dossier.js';
import styles from './dossier.module.css';
import { SaveForm } from './save-form.js';
import { headersOf, queryOf, useDossierWrite } from './use-dossier-write.js';

/** « Groupe de clients »: the one group of the dossier, to be given, changed or taken away. */
export function GroupTab() {
  const t = useTexts('dossier');
  const dossier = useDossier();
  const may = useMay(dossier);
  const names = useNames();
  const { clientGroup = null } = dossier;
  return (
    <>
      <p>
        {t('group.now')} <strong>{clientGroup ? names.group(clientGroup) : t('group.none')}</strong>
      </p>
      {may('assign_client_group') ? <GroupForm /> : <p className="quiet">{t('group.only_admins')}</p>}
    </>
  );
}

function GroupForm() {
  const t = useTexts('dossier');
  const dossier = useDossier();
  const { office } = useOffice();
  const { clientGroup = null } = dossier;
  // `undefined` as long as nothing has been chosen: the group of a newer version then stays.
  const [wanted, setWanted] = useState<string | null>();
  const discard = () => setWanted(undefined);
  const form = useDossierWrite(
    dossier,
    ({ dryRun, idempotencyKey }) =>
      answerOf(
        api.PUT('/v1/offices/{office}/dossiers/{id}/client-group', {
          params: {
            path: { office, id: dossier.id },
            query: queryOf(dryRun),
            header: headersOf(dossier.etag, idempotencyKey),
          },
          body: { clientGroup: wanted ?? null },
        }),
      ),
    discard,
  );
  const isDirty = wanted !== undefined && wanted !== clientGroup;
  return (
    <SaveForm {...form} label={t('tab.client-group')} isDirty={isDirty} onDiscard={discard}>
      <GroupChooser
        single
        label={t('group.choose')}
        description={t('group.help')}
        chosen={wanted ? [wanted] : []}
        onChange={([id]) => setWanted(id)}
      />
      {clientGroup && wanted !== null && (
        <div className={styles.save}>
          <Button onPress={() => setWanted(null)}>{t('group.take_out')}</Button>
        </div>
      )}
      {wanted === null && <p role="status">{t('group.will_be_none')}</p>}
    </SaveForm>
  );
}
