import type { Knex } from 'knex';
import type { Config } from '../../config/config.ts';
import { preparingStates } from '../case-states.ts';
import type { DisputeCase } from '../queries.ts';
import { channelProfile } from './channel-profile.ts';
import { listPackages, type DisputePackage } from './queries.ts';

/** The locals of `views/disputes/package/_section.ejs` beside `dispute` itself. */
interface PackageSection {
  packages: DisputePackage[];
  packageProfile: { pages: number; megabytes: number };
  /** Whether this reader can have one made now. */
  canMake: boolean;
}

/** The section of packages on the page of a case. */
export async function packageSection(
  db: Knex,
  { dispute, config, isOperator }: { dispute: DisputeCase; config: Config; isOperator: boolean },
): Promise<PackageSection> {
  const profile = channelProfile(config);
  return {
    packages: await listPackages(db, { companyId: dispute.company_id, disputeId: dispute.id }),
    packageProfile: { pages: profile.pages_max, megabytes: profile.pdf_bytes_max / 1_000_000 },
    canMake: isOperator && preparingStates.includes(dispute.state),
  };
}
