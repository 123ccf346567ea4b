import { Router, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { CSV_BOM, csvLine, separatorOf, type CsvValue } from '../../evidence/csv.ts';
import { formatOf } from '../../web/page-locals.ts';
import { describeActivities, describeTransfers } from '../registry/describe-activities.ts';

const COLUMNS = [
  'activity',
  'title',
  'purpose',
  'grounds',
  'people',
  'categories',
  'recipients',
  'transfers',
  'periods',
  'measures',
  'controller',
  'columns',
];

/**
 * `/record-of-processing` and its CSV: the record of GDPR art. 30, from the registry alone. For operators;
 * mounted behind `hideFromOthers`.
 */
export function createRecordRouter({ config }: Pick<AppDeps, 'config'>): Router {
  const router = Router();
  router.get('/record-of-processing', (req, res) => {
    res.render('admin/record/show', {
      title: formatOf(res).t('privacy.recordTitle'),
      activities: describeActivities(formatOf(res)),
      transfers: describeTransfers(formatOf(res)),
      seller: config.seller,
      months: config.retentionMonths ?? 0,
      at: req.receivedAt,
    });
  });
  router.get('/record-of-processing.csv', (_req, res) => {
    const separator = separatorOf(formatOf(res).locale);
    const lines = [COLUMNS, ...toCells(config, res)].map((cells) => csvLine(cells, separator));
    res
      .attachment('record-of-processing.csv')
      .type('text/csv')
      .send(CSV_BOM + lines.join(''));
  });
  return router;
}

/** A file stands alone, so each line has what the page says once. */
function toCells({ seller }: AppDeps['config'], res: Response): CsvValue[][] {
  const { t } = formatOf(res);
  return describeActivities({ t }).map((activity) => [
    activity.name,
    activity.title,
    activity.purpose,
    activity.grounds.join('; '),
    activity.people.join('; '),
    activity.categories.join('; '),
    activity.recipients.join('; '),
    [...activity.transfers, t('privacy.recordTransfersText')].join(' '),
    activity.periods.join('; '),
    t('privacy.recordMeasuresText'),
    [seller.name, seller.address, seller.email].join('; '),
    activity.columns.join(' '),
  ]);
}
