import { DateTime } from 'luxon';
import { dayInChina, isDayOnly, timeOfDay } from '../../../nodes/Wecom/engine/dates';

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

it.each(['2026-01-31', '2026年1月31日星期六', '2026/1/31+08:00', '20260131', 46053])(
	'%p is a whole day',
	(value) => {
		expect(isDayOnly(value)).toBe(true);
		expect(timeOfDay(value)).toBeUndefined();
	},
);

it.each(['2026-01-31 00:00', '2026年1月31日星期六 9点', '2026-01-31T09:00+08'])(
	'%p is a time of one',
	(value) => expect(isDayOnly(value)).toBe(false),
);

it('a day that ends is that day, at its end', () => {
	expect(dayInChina('2026-01-31 24:00')).toBe(MIDNIGHT);
	expect(timeOfDay('2026-01-31 24:00')).toBe(86_400);
	expect(timeOfDay(46053.5)).toBe(43_200);
});
