import { Link } from 'react-router';
import { useOfficeNames } from '../../api/office-names.js';
import { useTexts } from '../../i18n/texts.js';
import { pathIn } from '../../paths.js';
import { useOffice } from '../../session/session-context.js';

/** The client groups that a change of the members reaches at once (rule 4). */
export function UsedBy({ clientGroups }: { clientGroups: readonly string[] }) {
  const t = useTexts('collaborator-groups');
  const { office } = useOffice();
  const names = useOfficeNames();
  if (clientGroups.length === 0) return <p className="quiet">{t('used_by_none')}</p>;
  return (
    <div>
      <h3>{t('used_by')}</h3>
      <ul>
        {clientGroups.map((id) => (
          <li key={id}>
            <Link to={pathIn(office, 'client-groups', id)}>{names.clientGroup(id)}</Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
