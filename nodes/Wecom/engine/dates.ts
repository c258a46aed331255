/**
 * Unix time in seconds of a date as n8n hands it on: a Luxon DateTime or Date, ISO text (in `timeZone`, an IANA name, when it
 * has no offset of its own), or a number of seconds or milliseconds. Undefined for anything else, also for numbers that would be a
 * moment before 1973: 20260131 is meant as a day.
 */
export function toUnixSeconds(value: unknown, timeZone: string): number | undefined {
	if (typeof value === 'object' && value !== null) return seconds(Number(value.valueOf()));
	const text = String(value).trim();
	if (/^\d{1,13}$/.test(text)) return ofNumber(Number(text));
	const iso =
		/^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(Z|[+-]\d\d:?\d\d)?$/i.exec(text);
	if (!iso) return undefined;
	const [, day, time = '00:00:00', offset] = iso;
	if (!isDay(day)) return undefined;
	if (offset) return seconds(Date.parse(`${day}T${time}${offset}`));
	const utc = Date.parse(`${day}T${time}Z`);
	if (Number.isNaN(utc)) return undefined;
	// The offset at the wanted moment is not known before the moment is: the second look settles the hours around a change.
	const guess = utc - offsetAt(utc, timeZone);
	return seconds(utc - offsetAt(guess, timeZone));
}

function ofNumber(number: number): number | undefined {
	if (number < 1e8) return undefined;
	return number > 1e11 ? seconds(number) : number;
}

/** JavaScript makes March 3 of February 31. */
function isDay(day: string): boolean {
	const date = new Date(`${day}T00:00:00Z`);
	return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

const seconds = (milliseconds: number) =>
	Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);

/** How far the clocks of a time zone are ahead of UTC, in milliseconds. */
function offsetAt(moment: number, timeZone: string): number {
	const parts = new Intl.DateTimeFormat('en-US', {
		timeZone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	}).formatToParts(moment);
	const at = (type: string) => Number(parts.find((part) => part.type === type)?.value);
	const local = Date.UTC(
		at('year'),
		at('month') - 1,
		at('day'),
		at('hour'),
		at('minute'),
		at('second'),
	);
	return local - Math.floor(moment / 1000) * 1000;
}
