const DAY_SECONDS = 86_400;
const AHEAD_SECONDS = 8 * 3600;

/** The number of the day in China in which a moment lies: WeCom's days begin at midnight there. */
export const dayOf = (seconds: number) => Math.floor((seconds + AHEAD_SECONDS) / DAY_SECONDS);

/**
 * When the day begins in China that a person has entered: the date as written, or as a Luxon DateTime shows it, whatever the
 * time zone. Numbers, dates of JavaScript and texts in UTC are moments (`seconds`), and mean the day in which they lie in China.
 */
export function dayInChina(value: unknown, seconds: number): number {
	const { toISODate } = Object(value) as { toISODate?: () => string };
	const written = toISODate ? toISODate.call(value) : value;
	const date = typeof written === 'string' && /^\s*(\d{4}-\d\d-\d\d)(?!.*z\s*$)/i.exec(written);
	return date
		? Date.parse(`${date[1]}T00:00:00+08:00`) / 1000
		: dayOf(seconds) * DAY_SECONDS - AHEAD_SECONDS;
}
