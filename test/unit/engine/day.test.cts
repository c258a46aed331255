import { DateTime } from 'luxon';
import { dayInChina } from '../../../nodes/Wecom/engine/dates';

/** 2026-01-31T00:00+08:00. */
const MIDNIGHT = 1769788800;

it.each([
	['the date picker', '2026-01-31T00:00:00'],
	['a date', '2026-01-31'],
	['a text with an offset', '2026-01-31T23:00:00.000-05:00'],
	['a DateTime', DateTime.fromISO('2026-01-31T22:00', { zone: 'America/New_York' })],
	['a moment in UTC', '2026-01-30T16:00:00.000Z'],
	['a Date', new Date('2026-01-31T15:59:59Z')],
	['Unix time', MIDNIGHT + 3600],
	['Unix time as text', String(MIDNIGHT)],
])('%s means a day in China', (_name, value) => {
	expect(dayInChina(value)).toBe(MIDNIGHT);
});
