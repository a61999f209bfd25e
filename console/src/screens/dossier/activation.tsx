import { answerOf, api } from '../../api/client.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { ImpactDialog } from '../../parts/impact-dialog.js';
import { Trouble } from '../../parts/states.js';
import { useOffice } from '../../session/session-context.js';
import { useMay, type LoadedDossier } from './dossier.js';
import { headersOf, queryOf, useDossierWrite } from './use-dossier-write.js';

/** Activates or deactivates the dossier, where the person may. */
export function Activation({ dossier }: { dossier: LoadedDossier }) {
  const may = useMay(dossier);
  if (dossier.status === 'active') return may('deactivate') ? <Switch dossier={dossier} to="deactivate" /> : null;
  return may('activate') ? <Switch dossier={dossier} to="activate" /> : null;
}

function Switch({ dossier, to }: { dossier: LoadedDossier; to: 'activate' | 'deactivate' }) {
  const t = useTexts('dossier');
  const { office } = useOffice();
  const { write } = useDossierWrite(
    dossier,
    ({ dryRun, idempotencyKey }) =>
      answerOf(
        api.POST(`/v1/offices/{office}/dossiers/{id}/${to}`, {
          params: {
            path: { office, id: dossier.id },
            query: queryOf(dryRun),
            header: headersOf(dossier.etag, idempotencyKey),
          },
          body: {},
        }),
      ),
    () => undefined,
  );
  const isAsking = write.preview !== undefined && write.step !== 'none';
  return (
    <>
      <Button isPending={write.step === 'previewing' || write.step === 'saving'} onPress={() => void write.begin()}>
        {t(`switch.${to}`)}
      </Button>
      {write.error && !isAsking ? <Trouble error={write.error} /> : null}
      {isAsking && write.preview && (
        <ImpactDialog
          title={t(`switch.${to}`)}
          preview={write.preview}
          confirm={t('confirm')}
          isBusy={write.step === 'saving'}
          error={write.error}
          onConfirm={() => void write.confirm()}
          onClose={write.cancel}
        />
      )}
    </>
  );
}
