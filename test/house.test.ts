import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { auditActions } from '../src/audit/actions.ts';
import { catalogues } from '../src/web/locales/catalogues.ts';

const root = resolve(import.meta.dirname, '..');

interface Source {
  /** Relative to the project, e.g. `src/auth/router.ts`. */
  path: string;
  text: string;
  imports: { name: string; isTypeOnly: boolean }[];
}

function listFiles(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith(ending) && statSync(join(root, path)).isFile());
}

function readSource(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const imports = [
    ...text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'"]*?\s+from\s+)?['"]([^'"]+)['"]/gms),
  ].map((match) => ({
    name: match[2]?.startsWith('.')
      ? relative(root, resolve(root, dirname(path), match[2]))
      : (match[2] ?? ''),
    isTypeOnly: match[1] !== undefined,
  }));
  return { path, text, imports };
}

/** `<path> <name>` for each name that a file imports, `<path> *` where it imports the whole file. */
function listImportedNames(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8');
  const named = text.matchAll(/^(?:import|export)\s[^'"]*?\{([^}]*)\}\s+from\s+'(\.[^']+)'/gms);
  const whole = text.matchAll(/(?:import \* as \w+ from |import\()'(\.[^']+)'/g);
  const target = (name: string): string => join(dirname(path), name);
  return [
    ...[...named].flatMap(([, names = '', from = '']) =>
      names
        .split(',')
        .map((name) =>
          name
            .trim()
            .replace(/^type /, '')
            .replace(/ as .*/s, ''),
        )
        .map((name) => `${target(from)} ${name}`),
    ),
    ...[...whole].map(([, from = '']) => `${target(from)} *`),
  ];
}

const sources = listFiles('src', '.ts').map(readSource);
const views = listFiles('views', '.ejs').map((path) => ({
  path,
  text: readFileSync(join(root, path), 'utf8'),
}));
/** Rooms that know nothing of the product; whatever else is a folder of `src/` is a feature. */
const plumbing = ['config', 'db', 'web', 'mail', 'audit'];

/** The folder of a file below `src/`, as `workspace/ssh`; empty for a file that lies in `src/` itself. */
const roomOf = (path: string): string => dirname(path).replace(/^src\/?/, '');

const isFeature = (path: string): boolean => {
  const [top = ''] = roomOf(path).split('/');
  return path.startsWith('src/') && top !== '' && !plumbing.includes(top);
};

/** The files that start the process and the app: they may know every room. */
const isComposition = (path: string): boolean => /^src\/(server|app|app-deps|start\/[a-z-]+)\.ts$/.test(path);

/** A feature's `router.ts` mounts its rooms. */
const mounts = (path: string, room: string): boolean =>
  /^src\/[a-z]+\/router\.ts$/.test(path) && room.startsWith(`${roomOf(path)}/`);

describe('the tests', () => {
  it('lie in folders named for a room, or test/README.md says why not', () => {
    const readme = readFileSync(join(root, 'test/README.md'), 'utf8');
    const folders = new Set(listFiles('test', '.ts').map((path) => relative('test', dirname(path))));
    const rooms = ['src', 'scripts'].map((top) => join(root, top));
    const without = [...folders].filter(
      (folder) => folder !== 'scripts' && !rooms.some((room) => existsSync(join(room, folder))),
    );
    expect(without.filter((folder) => !readme.includes(`\`${folder}\``))).toEqual([]);
  });

  it('say what is promised after the word it, never after another', () => {
    for (const path of listFiles('test', '.ts'))
      expect(readFileSync(join(root, path), 'utf8'), path).not.toMatch(
        /import \{[^}]*\btest\b[^}]*\} from 'vitest'/,
      );
  });

  it('have titles that promise something: that a thing works, is handled or should be says nothing', () => {
    for (const path of listFiles('test', '.ts'))
      expect(readFileSync(join(root, path), 'utf8'), path).not.toMatch(
        /(?:\bit|\))\(\s*['`"](?:works|handles|should|is correct)\b/,
      );
  });

  it('have titles that come out as they are written: Vitest garbles a per cent sign beside placeholders', () => {
    for (const path of listFiles('test', '.ts'))
      expect(readFileSync(join(root, path), 'utf8'), path).not.toMatch(/%%[^'`\n]*['`], (async )?\(/);
  });
});

describe('who may import whom', () => {
  it('keeps Express in app.ts, web/, routers and the guards', () => {
    const allowed =
      /^src\/(app\.ts|server\.ts|web\/.*|[a-z/-]+\/([a-z-]+-)?router\.ts|auth\/require-user\.ts|auth\/step-up\/require-step-up\.ts|auth\/enrolment\/require-second-factor\.ts|api\/(known-methods|require-token|parse-or-refuse|problems)\.ts|legal\/require-acceptance\.ts|people\/company-scope\.ts|people\/address\/require-confirmed-address\.ts|workspace\/requested-workspace\.ts|disputes\/requested-case\.ts)$/;
    const wrong = sources.filter(
      ({ path, imports }) =>
        !allowed.test(path) &&
        imports.some(
          ({ name, isTypeOnly }) =>
            name === 'express' && !(isTypeOnly && path === 'src/audit/request-context.ts'),
        ),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('reads the environment only in server.ts and scripts', () => {
    const wrong = sources.filter(({ path, text }) => path !== 'src/server.ts' && /process\.env/.test(text));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('lets nothing import server.ts, and no room of the plumbing import a feature', () => {
    for (const { path, imports } of sources) {
      expect(
        imports.map(({ name }) => name),
        path,
      ).not.toContain('src/server.ts');
      if (!plumbing.includes(roomOf(path).split('/')[0] ?? '')) continue;
      expect(
        imports.filter(({ name }) => isFeature(name)).map(({ name }) => name),
        path,
      ).toEqual([]);
    }
  });

  it('lets no two rooms import each other, types included, nor by way of a file in src/', () => {
    const imported = new Map<string, Map<string, string>>();
    const byPath = new Map(sources.map((source) => [source.path, source]));
    /** The files that an import leads to: a loose file stands for what it imports itself. */
    const reached = (name: string, seen: string[] = []): string[] => {
      if (roomOf(name) !== '' || seen.includes(name)) return [name];
      return (byPath.get(name)?.imports ?? []).flatMap((next) => reached(next.name, [...seen, name]));
    };
    for (const { path, imports } of sources) {
      const room = roomOf(path);
      if (isComposition(path) || room === '') continue;
      const known = imported.get(room) ?? new Map<string, string>();
      imported.set(room, known);
      for (const { name } of imports.filter(({ name }) => name.startsWith('src/')))
        for (const file of reached(name)) {
          const other = roomOf(file);
          if (other !== room && !mounts(path, other)) known.set(other, `${path} → ${file}`);
        }
    }
    const mutual = [...imported].flatMap(([room, others]) =>
      [...others].filter(([other]) => imported.get(other)?.has(room) === true).map(([, how]) => how),
    );
    expect(mutual).toEqual([]);
  });

  it('keeps SQL and Knex queries out of routers and views', () => {
    const routers = sources.filter(({ path }) => path.endsWith('router.ts') && !path.includes('health'));
    for (const { path, text } of routers)
      expect(text, path).not.toMatch(/\bdb(<[^>]*>)?\('|\b(db|trx)\.raw\(|\.select\(|\.insert\(/);
  });

  it('lets only the owner of a table write to it', () => {
    const owners: Record<string, RegExp> = {
      companies: /^src\/people\//,
      billing_details: /^src\/billing\//,
      users: /^src\/(people|auth)\//,
      membership_periods: /^src\/people\//,
      invitations: /^src\/people\//,
      login_locks: /^src\/auth\//,
      known_devices: /^src\/auth\//,
      totp_secrets: /^src\/auth\//,
      passkeys: /^src\/auth\//,
      passkey_challenges: /^src\/auth\//,
      recovery_codes: /^src\/auth\//,
      second_factor_policies: /^src\/auth\//,
      access_tokens: /^src\/credentials\//,
      ssh_keys: /^src\/credentials\//,
      api_idempotency_keys: /^src\/api\//,
      workspaces: /^src\/workspace\/(lifecycle|runtime|entry)\//,
      workspace_sessions: /^src\/workspace\/sessions\//,
      open_workspace_sessions: /^src\/workspace\/(sessions\/|entry\/sweep-expired-access)/,
      workspace_hosts: /^src\/workspace\/entry\//,
      workspace_tickets: /^src\/workspace\/entry\//,
      workspace_passes: /^src\/workspace\/entry\//,
      ssh_connections: /^src\/workspace\/(ssh\/|entry\/sweep-expired-access)/,
      subscriptions: /^src\/billing\//,
      subscription_notices: /^src\/billing\/life\//,
      payments: /^src\/billing\//,
      order_consents: /^src\/billing\/consent\//,
      stored_cards: /^src\/billing\/stored-cards\//,
      card_renewals: /^src\/billing\/stored-cards\//,
      card_charges: /^src\/billing\/stored-cards\//,
      payment_card_facts: /^src\/billing\/follow-up\//,
      payment_follow_ups: /^src\/billing\/follow-up\//,
      price_lists: /^src\/billing\/prices\//,
      price_list_items: /^src\/billing\/prices\//,
      gateway_reports: /^src\/billing\/reconciliation\//,
      gateway_movements: /^src\/billing\/reconciliation\//,
      gateway_payouts: /^src\/billing\/reconciliation\//,
      gateway_payout_lines: /^src\/billing\/reconciliation\//,
      finance_months: /^src\/billing\/finance\//,
      finance_differences: /^src\/billing\/reconciliation\//,
      exchange_rates: /^src\/billing\/rates\//,
      payment_callbacks: /^src\/billing\/settlement\//,
      invoices: /^src\/billing\/invoices\//,
      invoice_counters: /^src\/billing\/(invoices\/|take-number)/,
      legal_invoices: /^src\/billing\/legal-invoices\//,
      legal_invoice_files: /^src\/billing\/legal-invoices\//,
      legal_invoice_counters: /^src\/billing\/legal-invoices\//,
      refunds: /^src\/billing\/refunds\//,
      payment_status_answers: /^src\/billing\/refunds\//,
      payment_reviews: /^src\/billing\/review\//,
      chargebacks: /^src\/billing\/chargebacks\//,
      chargeback_counters: /^src\/billing\/(chargebacks\/|take-number)/,
      reversals: /^src\/billing\/reversals\//,
      reversal_counters: /^src\/billing\/(reversals\/|take-number)/,
      delivery_periods: /^src\/disputes\/delivery\//,
      payment_deliveries: /^src\/disputes\/delivery\//,
      usage_statements: /^src\/disputes\/statements\//,
      usage_statement_links: /^src\/disputes\/statements\//,
      payment_readiness: /^src\/disputes\/readiness\//,
      delivery_progress: /^src\/disputes\/delivery\//,
      transparency_logs: /^src\/transparency\//,
      log_leaves: /^src\/transparency\//,
      log_tiles: /^src\/transparency\//,
      log_checkpoints: /^src\/transparency\//,
      log_keys: /^src\/transparency\//,
      log_entries: /^src\/transparency\//,
      log_kept_leaves: /^src\/transparency\//,
      log_cursors: /^src\/transparency\//,
      log_checks: /^src\/transparency\//,
      audit_logs: /^src\/audit\/(audit-logger|insert-audit-events)\.ts$/,
      security_events: /^src\/audit\//,
      refused_attempts: /^src\/audit\//,
      audit_time_bounds: /^$/,
      legal_documents: /^$/,
      legal_acceptances: /^src\/legal\//,
      log_halts: /^src\/transparency\/heads\//,
      log_resumptions: /^src\/transparency\/heads\//,
      log_cosignatures: /^src\/transparency\/heads\//,
      log_stamps: /^src\/transparency\/heads\//,
      scheduled_jobs: /^src\/jobs\//,
      export_progress: /^src\/evidence\//,
      legal_holds: /^src\/holds\//,
      disputes: /^src\/disputes\/cases\//,
      dispute_history_decisions: /^src\/disputes\/ce3\//,
      dispute_answers: /^src\/disputes\/cases\//,
      dispute_exhibits: /^src\/disputes\/exhibits\//,
      dispute_packages: /^src\/disputes\/package\//,
      dispute_package_files: /^src\/disputes\/package\//,
      password_reset_requests: /^src\/people\//,
      password_resets: /^src\/people\//,
      account_locks: /^src\/auth\//,
      recovery_requests: /^src\/people\/recovery\//,
      factor_resets: /^src\/people\/lost-factor\//,
      email_confirmations: /^src\/people\/address\//,
      email_change_requests: /^src\/people\/address\//,
      email_changes: /^src\/people\/address\//,
      alert_inbox: /^src\/alerts\//,
      alerts: /^src\/alerts\//,
      incidents: /^src\/alerts\//,
      incident_steps: /^src\/alerts\//,
      alert_rules: /^src\/alerts\//,
      notification_choices: /^src\/alerts\//,
      mails: /^src\/mail\//,
      mail_events: /^src\/mail\//,
      data_requests: /^src\/privacy\/requests\//,
      data_request_notes: /^src\/privacy\/requests\//,
    };
    for (const [table, owner] of Object.entries(owners)) {
      const write = new RegExp(
        `(insert into|update|delete from)\\s+${table}\\b|\\('${table}( as [a-z]+)?'\\)[^;]*?\\.(insert|update|delete|del|increment)\\(`,
        's',
      );
      const naming = sources.filter(({ text }) => text.includes(table));
      const wrong = naming.filter(({ path, text }) => write.test(text) && !owner.test(path));
      expect(
        wrong.map(({ path }) => path),
        table,
      ).toEqual([]);
    }
  });

  it('writes nothing in queries', () => {
    for (const { path, text } of sources.filter((source) => source.path.endsWith('queries.ts'))) {
      expect(text, path).not.toMatch(
        /\.(insert|update|delete|del|increment)\(|insert into|\bupdate [a-z_]+ set\b|delete from/,
      );
    }
  });

  it('has no cycles', () => {
    const graph = new Map(
      sources.map(({ path, imports }) => [
        path,
        imports.filter(({ isTypeOnly }) => !isTypeOnly).map(({ name }) => name),
      ]),
    );
    const done = new Set<string>();
    const visit = (path: string, trail: string[]): void => {
      expect(trail, 'import cycle').not.toContain(path);
      if (done.has(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
  });

  it('exports only what another file imports', () => {
    const files = ['src', 'scripts', 'test'].flatMap((folder) => listFiles(folder, '.ts'));
    const imported = new Set(files.flatMap(listImportedNames));
    const unused = files
      .filter((path) => !path.startsWith('test/') && !imported.has(`${path} *`))
      .flatMap((path) =>
        [
          ...readFileSync(join(root, path), 'utf8').matchAll(
            /^export (?:async |abstract )?(?:const|let|function\*?|class|interface|type) (\w+)/gm,
          ),
        ].map(([, name = '']) => `${path} ${name}`),
      )
      .filter((name) => !imported.has(name));
    expect(unused).toEqual([]);
  });

  it('has no default exports, barrels, or drawers for odds and ends', () => {
    for (const { path, text } of sources) {
      expect(text, path).not.toMatch(/^export default/m);
      expect(path).not.toMatch(
        /\/(index|utils?|helpers?|common|manager|misc|service)\.ts$/.test(path) && !path.includes('locales')
          ? /./
          : /^$/,
      );
    }
  });
});

describe('the tree', () => {
  it('has only the agreed things at the top', () => {
    const agreed = [
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'src',
      'views',
      'migrations',
      'test',
      'scripts',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'node_modules',
    ];
    const top = readdirSync(root).filter((name) => !name.startsWith('.'));
    expect(top.filter((name) => !agreed.includes(name))).toEqual([]);
    for (const name of [...agreed, '.env.example', '.ci/run'])
      expect(existsSync(join(root, name)), name).toBe(true);
  });

  it('has no folder with more than twenty files: the next one is the moment to split it', () => {
    const full = ['src', 'test', 'views', 'scripts'].flatMap((top) =>
      [
        top,
        ...readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map((name) => join(top, name)),
      ]
        .filter((path) => statSync(join(root, path)).isDirectory())
        .map((path) => ({
          path,
          files: readdirSync(join(root, path), { withFileTypes: true }).filter((entry) => entry.isFile())
            .length,
        }))
        .filter(({ files }) => files > 20),
    );
    expect(full).toEqual([]);
  });

  it('has its documents beside their subjects, and a README of at most 150 lines', () => {
    expect(readFileSync(join(root, 'README.md'), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(
      150,
    );
    const documents = [
      'src',
      'src/evidence',
      'src/workspace',
      'src/api',
      'src/billing',
      'scripts',
      'scripts/bench',
    ].map((folder) => `${folder}/README.md`);
    for (const path of documents) expect(existsSync(join(root, path)), path).toBe(true);
    for (const path of ['README.md', 'CHANGELOG.md', ...documents]) {
      const links = [
        ...readFileSync(join(root, path), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g),
      ];
      for (const [, target = ''] of links)
        expect(existsSync(join(root, dirname(path), target)), `${path} → ${target}`).toBe(true);
    }
  });

  it('names in its documents only files that exist', () => {
    const documents = [
      'README.md',
      ...['src', 'scripts', 'migrations'].flatMap((top) => listFiles(top, '.md')),
    ];
    for (const path of documents) {
      const named = [
        ...readFileSync(join(root, path), 'utf8').matchAll(
          /`((?:src|scripts|test|views|migrations)\/[\w./-]+)`/g,
        ),
      ];
      for (const [, name = ''] of named) expect(existsSync(join(root, name)), `${path}: ${name}`).toBe(true);
    }
  });

  it('says of every table in scripts/README.md what becomes of it on Citus', () => {
    const readme = readFileSync(join(root, 'scripts/README.md'), 'utf8');
    const first = (row: string): string[] => row.split('|')[1]?.match(/(?<=`)\w+(?=`)/g) ?? [];
    const told =
      readme
        .slice(readme.indexOf('### Onto Citus'))
        .match(/^\|.*$/gm)
        ?.flatMap(first) ?? [];
    const made = listFiles('migrations', '.sql').flatMap((path) =>
      [...readFileSync(join(root, path), 'utf8').matchAll(/^create table (\w+) \(/gm)].map(
        ([, table]) => table,
      ),
    );
    expect(made.length).toBeGreaterThan(25);
    expect(made.filter((table) => !told.includes(table ?? ''))).toEqual([]);
  });

  it('has a lock file without addresses and with a version for every platform', () => {
    const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
    expect(text).not.toContain('"resolved"');
    const { packages } = JSON.parse(text) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});

describe('comments', () => {
  it('have no sentence that begins with Who, What, Of or It: the noun comes first', () => {
    const files = ['src', 'scripts', 'test'].flatMap((top) => listFiles(top, '.ts'));
    const found = files.flatMap((path) =>
      listSentences(readFileSync(join(root, path), 'utf8'))
        .filter((sentence) => /^(?:Who|What|Of|It)\s/.test(sentence))
        .map((sentence) => `${path}: ${sentence}`),
    );
    expect(found).toEqual([]);
  });
});

/** The sentences of the comments that stand alone on their lines. */
function listSentences(text: string): string[] {
  const comments = text.matchAll(/^ *\/\*\*?(.*?)\*\/|^((?: *\/\/.*\n)+)/gms);
  return [...comments].flatMap(([, block = '', lines = '']) =>
    `${block}${lines}`
      .replace(/^ *(?:\*|\/\/) ?/gm, '')
      .split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )/)
      .flatMap((paragraph) =>
        paragraph
          .replace(/^\s*(?:[-*]|\d+\.) /, '')
          .replace(/\s+/g, ' ')
          .trim()
          .split(/(?<=[.!?]) /),
      ),
  );
}

describe('views', () => {
  it('include by the path from their root, which EJS need not look for on the disk', () => {
    const others = views.flatMap(({ path, text }) =>
      [...text.matchAll(/include\('(?!\/)[^']*/g)].map(([include]) => `${path}: ${include}`),
    );
    expect(others).toEqual([]);
  });

  it('call only texts that exist', () => {
    for (const { path, text } of views) {
      for (const match of text.matchAll(/\bt\('([^']+)'/g)) {
        const [section = '', key = ''] = (match[1] ?? '').split('.');
        const texts = catalogues.en[section as keyof typeof catalogues.en] as
          Record<string, string> | undefined;
        expect(texts?.[key], `${path}: ${match[1] ?? ''}`).toBeTypeOf('string');
      }
    }
  });

  it('escape everything they print and hold no inline script, style or handler', () => {
    for (const { path, text } of views) {
      // The texts of an order are printed as they are kept; consent/compose-terms.ts escapes them.
      expect(text.match(/<%-(?!\s*(?:include\(|keptHtml %))/g), path).toBeNull();
      expect(text.match(/\sstyle=|<style|\son[a-z]+=|javascript:/gi), path).toBeNull();
      for (const [script] of text.matchAll(/<script[^>]*>/g)) expect(script, path).toMatch(/nonce=|src=/);
    }
  });

  it('name no domain: which one it is, is configuration', () => {
    const pages = [...views, ...sources.filter(({ path }) => path.startsWith('src/web/locales/'))];
    const named = pages.flatMap(({ text }) =>
      [...text.matchAll(/[a-z0-9-]+\.(?:com|net|org|io|dev|app|tr)\b/g)].map(([domain]) => domain),
    );
    // Shows what an e-mail address looks like; RFC 2606 keeps it for such uses.
    expect(named.filter((domain) => domain !== 'example.com')).toEqual([]);
  });

  it('hold no text of their own', () => {
    for (const { path, text } of views) {
      const outside = text
        .replace(/<%[\s\S]*?%>/g, '')
        .replace(/<svg[\s\S]*?<\/svg>/g, '')
        .replace(/<[^>]+>/g, '')
        // A partial may be attributes of the element around it.
        .replace(/\bdata-[a-z-]+="[^"]*"/g, '')
        .replace(/&[a-z]+;/g, '')
        .replace(/YouAreCoder|PayTR|ICANN|UTC|SHA-256|KVKK|GDPR|JSON|CSV|IP/g, '');
      expect(outside.match(/\p{L}{3,}/gu), path).toBeNull();
    }
  });

  it('send the form token with every form that changes something', () => {
    let count = 0;
    for (const { path, text } of views) {
      // Goes from the browser to the payment service, which must not get the token.
      if (path === 'views/billing/stored-cards/form.ejs') {
        expect(text).not.toMatch(/csrf/i);
        continue;
      }
      for (const [form] of text.matchAll(/<form\b[^<]*method="post"[\s\S]*?<\/form>/gi)) {
        count += 1;
        expect(form, path).toMatch(/<%- include\('[^']*csrf-field'\) %>/);
      }
      const opened = text.match(/method="?post/gi)?.length ?? 0;
      expect(text.match(/csrf-field'/g)?.length ?? 0, path).toBe(opened);
    }
    expect(count).toBeGreaterThan(20);
  });

  it('compute nothing: they neither sort nor sum up what they show', () => {
    for (const { path, text } of views) {
      expect(text.match(/\.(sort|reduce|filter(?!\(Boolean\)))\(|\bMath\./g), path).toBeNull();
    }
  });
});

describe('texts', () => {
  it('have the same placeholders in both languages', () => {
    const placeholders = (text: string): string[] =>
      [
        ...new Set(argumentsIn(new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst())),
      ].sort();
    for (const [section, texts] of Object.entries(catalogues.en)) {
      const turkish = catalogues.tr[section as keyof typeof catalogues.tr] as Record<string, string>;
      for (const [key, text] of Object.entries(texts)) {
        expect(placeholders(turkish[key] ?? ''), `${section}.${key}`).toEqual(placeholders(text));
      }
    }
  });

  it('are not English in the Turkish catalogue', () => {
    const same = Object.entries(catalogues.en).flatMap(([section, texts]) => {
      const turkish = catalogues.tr[section as keyof typeof catalogues.tr] as Record<string, string>;
      return Object.entries(texts)
        .filter(([key, text]) => turkish[key] === text && /[a-z]{4,} [a-z]{3,}/.test(text))
        .map(([key]) => `${section}.${key}`);
    });
    expect(same).toEqual([]);
  });
});

describe('audit actions', () => {
  it('are each written somewhere', () => {
    const text =
      sources
        .filter(({ path }) => path !== 'src/audit/actions.ts')
        .map((source) => source.text)
        .join('\n') +
      listFiles('scripts', '.ts')
        .map((path) => readFileSync(join(root, path), 'utf8'))
        .join('\n');
    const unused = Object.keys(auditActions).filter((action) => !text.includes(`'${action}'`));
    expect(unused).toEqual([]);
  });
});

/** The names of the placeholders in a text, also those inside of a choice. */
function argumentsIn(nodes: ReturnType<IntlMessageFormat['getAst']>): string[] {
  return nodes.flatMap((node) => {
    const type: number = node.type;
    return [
      ...('value' in node && type !== PLAIN_TEXT ? [node.value] : []),
      ...('options' in node ? Object.values(node.options).flatMap(({ value }) => argumentsIn(value)) : []),
    ];
  });
}

/** The type of a part without a placeholder. */
const PLAIN_TEXT = 0;
