import type {
  Category,
  JsonKeys,
  RegisteredTable,
  WithheldReason,
  ActivityName,
} from '../purposes/activities.ts';
import type { PeriodName } from '../purposes/periods.ts';
import { alertTables } from './alert-tables.ts';
import { auditTables } from './audit-tables.ts';
import { billingTables } from './money/billing-tables.ts';
import { cardTables } from './money/card-tables.ts';
import { deliveryTables } from './money/delivery-tables.ts';
import { otherTables } from './other-tables.ts';
import { addressTables } from './address-tables.ts';
import { disputeTables } from './money/dispute-tables.ts';
import { factorTables } from './factor-tables.ts';
import { peopleTables } from './people-tables.ts';
import { gatewayTables } from './money/gateway-tables.ts';
import { refundTables } from './money/refund-tables.ts';
import { requestTables } from './request-tables.ts';
import { statementTables } from './money/statement-tables.ts';
import { signInTables } from './sign-in-tables.ts';
import { workspaceTables } from './workspace-tables.ts';

/**
 * Every table that has personal data. With `tablesWithoutPersons` it names every column of the database;
 * test/privacy/registry.test.ts fails for a column that is missing here, or is here and gone.
 */
export const registeredTables: Record<string, RegisteredTable> = {
  ...peopleTables,
  ...addressTables,
  ...signInTables,
  ...factorTables,
  ...auditTables,
  ...workspaceTables,
  ...billingTables,
  ...cardTables,
  ...refundTables,
  ...disputeTables,
  ...gatewayTables,
  ...deliveryTables,
  ...statementTables,
  ...alertTables,
  ...otherTables,
  ...requestTables,
};

/** A column with personal data, and everything the registry says of it. */
export interface PersonalColumn {
  table: string;
  column: string;
  category: Category;
  activity: ActivityName;
  period: PeriodName;
  /** Names of the conditions that lead from a person to it, in `RegisteredTable.people`. */
  people: string[];
  /** Why the person's copy lacks it. Null: the copy has it. */
  withheld: WithheldReason | null;
  json: JsonKeys | null;
}

/** Every column with personal data, in the order of the registry. */
export function listPersonalColumns(): PersonalColumn[] {
  return Object.entries(registeredTables).flatMap(([name, table]) =>
    Object.entries(table.personal).flatMap(([category, columns]) =>
      columns.map((column) => describeColumn(name, table, { column, category: category as Category })),
    ),
  );
}

function describeColumn(
  name: string,
  table: RegisteredTable,
  { column, category }: { column: string; category: Category },
): PersonalColumn {
  return {
    table: name,
    column,
    category,
    activity: table.activity,
    period: nameOf(table.periodOf, column) ?? table.period,
    people: peopleOf(table, column),
    withheld: nameOf(table.withheld, column),
    json: table.json?.[column] ?? null,
  };
}

/** The people of a column: those it is listed for, else the first of its table. */
function peopleOf(table: RegisteredTable, column: string): string[] {
  const listed = Object.entries(table.about ?? {}).filter(([, columns]) => columns.includes(column));
  return listed.length > 0 ? listed.map(([person]) => person) : Object.keys(table.people).slice(0, 1);
}

function nameOf<Name extends string>(
  lists: Partial<Record<Name, readonly string[]>> | undefined,
  column: string,
): Name | null {
  const found = Object.entries<readonly string[] | undefined>(lists ?? {}).find(([, columns]) =>
    columns?.includes(column),
  );
  return found === undefined ? null : (found[0] as Name);
}
