import { subject } from '@casl/ability';
import { useId, useState } from 'react';
import { useOfficeAbility } from '../../ability/use-office-ability.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { Choice } from '../../parts/choice.js';
import field from '../../parts/field.module.css';
import { GroupChooser, PeopleChooser } from './choosers.js';
import { isFiltered, noGroup, statuses, type Filter } from './filter.js';
import { LabelChooser } from './labels.js';
import styles from './monitor.module.css';

interface Props {
  filter: Filter;
  onChange: (change: Partial<Filter>) => void;
  onClear: () => void;
}

/** The filters of the monitor; all of them stand in the address, so that a link leads to what one sees. */
export function Filters({ filter, onChange, onClear }: Props) {
  const t = useTexts('monitor');
  const ability = useOfficeAbility();
  const seesGroups = ability.can('read_name', 'client_group');
  // Asked as the service asks: may they read about anyone, and not just about themselves.
  const seesPeople = ability.can('read', subject('collaborator', { id: '-' }));
  return (
    <form
      role="search"
      aria-label={t('filters')}
      className={styles.filters}
      onSubmit={(event) => event.preventDefault()}
    >
      <SearchField value={filter.q} onChange={(q) => onChange({ q })} />
      {seesGroups && <GroupFilter {...{ filter, onChange }} />}
      {seesPeople && (
        <PeopleChooser label={t('manager')} chosen={filter.managers} onChange={(managers) => onChange({ managers })} />
      )}
      <Choice
        label={t('status')}
        value={filter.status}
        options={[...statuses, 'all' as const].map((value) => ({ value, label: t(`status.${value}`) }))}
        onChange={(status) => onChange({ status })}
      />
      <LabelChooser label={t('label')} chosen={filter.labels} onChange={(labels) => onChange({ labels })} />
      <div className={styles.last}>
        <Check label={t('mine')} isOn={filter.mine} onChange={(mine) => onChange({ mine })} />
        {isFiltered(filter) && <Button onPress={onClear}>{t('clear')}</Button>}
      </div>
    </form>
  );
}

function GroupFilter({ filter: { clientGroups }, onChange }: Pick<Props, 'filter' | 'onChange'>) {
  const t = useTexts('monitor');
  const without = clientGroups.includes(noGroup);
  const named = clientGroups.filter((id) => id !== noGroup);
  const change = (ids: readonly string[], alsoNone: boolean) =>
    onChange({ clientGroups: alsoNone ? [...ids, noGroup] : ids });
  return (
    <div>
      <GroupChooser label={t('client_groups')} chosen={named} onChange={(ids) => change(ids, without)} />
      <Check label={t('no_group')} isOn={without} onChange={(isOn) => change(named, isOn)} />
    </div>
  );
}

/** What is typed is in the address at once; it is the list that waits for a pause. */
function SearchField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const t = useTexts('monitor');
  const id = useId();
  return (
    <div className={field.field}>
      <label htmlFor={id} className={field.label}>
        {t('search')}
      </label>
      <input
        id={id}
        type="search"
        className={field.input}
        maxLength={200}
        placeholder={t('search_help')}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

export function Check({ label, isOn, onChange }: { label: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <label className={styles.check}>
      <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  );
}

/** Which columns are shown. */
export function ColumnChoice({
  columns,
  hidden,
  onChange,
}: {
  columns: readonly { id: string; header: string }[];
  hidden: readonly string[];
  onChange: (hidden: readonly string[]) => void;
}) {
  const t = useTexts('monitor');
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <div className={styles.columnChoice}>
      <Button aria-expanded={isOpen} aria-controls={id} onPress={() => setOpen(!isOpen)}>
        {t('columns')}
      </Button>
      <fieldset id={id} hidden={!isOpen} className={styles.columnList}>
        <legend className="hidden">{t('columns')}</legend>
        {columns.map((column) => (
          <Check
            key={column.id}
            label={column.header}
            isOn={!hidden.includes(column.id)}
            onChange={(isOn) => onChange(isOn ? hidden.filter((one) => one !== column.id) : [...hidden, column.id])}
          />
        ))}
      </fieldset>
    </div>
  );
}
