import { useMutation } from '@tanstack/react-query';
import { api, bodyOf } from '../../api/client.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { Notice } from '../../parts/notice.js';
import { Trouble } from '../../parts/states.js';
import { showToast } from '../../parts/toasts.js';
import { useOffice } from '../../session/session-context.js';
import { queryOf, type Filter } from './filter.js';
import { sizeOf, type Selection } from './selection.js';

/** Most ids that fit into the address of one export; what is more goes by the filter. */
const maxIds = 200;

/** The selection as an Excel workbook, made by the service. */
export function ExportButton({ selection, filter }: { selection: Selection; filter: Filter }) {
  const t = useTexts('monitor');
  const { office } = useOffice();
  const size = sizeOf(selection);
  const isTooMany = selection.kind === 'some' && size > maxIds;
  const query = selection.kind === 'all' ? queryOf(filter) : { ids: [...selection.names.keys()] };
  const download = useMutation({
    mutationFn: async () =>
      save(
        await bodyOf(
          api.GET('/v1/offices/{office}/dossiers/export.xlsx', {
            params: { path: { office }, query },
            parseAs: 'blob',
          }),
        ),
      ),
    onSuccess: () => showToast({ message: t('export.done', { count: size }) }),
  });
  return (
    <>
      <Button isDisabled={size === 0 || isTooMany} isPending={download.isPending} onPress={() => download.mutate()}>
        {download.isPending ? t('export.busy') : t('export')}
      </Button>
      {isTooMany && (
        <Notice kind="warning" announce="status">
          <p>{t('export.too_many', { max: maxIds })}</p>
        </Notice>
      )}
      {download.error && <Trouble error={download.error} />}
    </>
  );
}

/** Hands a file over to the browser. */
function save(file: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = 'dossiers.xlsx';
  link.click();
  URL.revokeObjectURL(link.href);
}
