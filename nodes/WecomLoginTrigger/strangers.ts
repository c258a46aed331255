import { keepNewest } from '../shared/util/keepNewest';

/**
 * Failed logins in which WeCom named nobody. Everybody who knows the URL can begin a login and come back without a code, or with a
 * made-up one, so only a few of them an hour may fill the list of executions; all get their page, and a line in the log.
 */

const MOST_AN_HOUR = 5;
const HOUR_MS = 3_600_000;
const MAX_TRIGGERS = 1_000;

const hours = new Map<string, { since: number; count: number }>();

/** Whether such a login may start the workflow of this trigger. */
export function mayStartForStranger(trigger: string, now = Date.now()): boolean {
	const known = hours.get(trigger);
	const hour = known && now - known.since < HOUR_MS ? known : { since: now, count: 0 };
	keepNewest(hours, trigger, hour, MAX_TRIGGERS);
	hour.count++;
	return hour.count <= MOST_AN_HOUR;
}
