import { dayOf } from './dates';
import type { Check } from './operation';
import { problem } from './problem';
import { at, labelsAt } from './parameters';

/** Checks that rows share: they refuse what WeCom would cut, ignore or answer with an obscure code. */

/** Refuses lists with more entries, and texts with more characters, than WeCom takes; by dotted path. */
export const within =
	(limits: Record<string, number>): Check =>
	(item, sent) => {
		for (const [path, most] of Object.entries(limits)) {
			const value = at(sent, path);
			const [size, unit] = Array.isArray(value)
				? [value.length, 'entries']
				: [[...String(value ?? '')].length, 'characters'];
			if (size > most) {
				throw problem(
					item,
					`'${labelsAt(item.operation, path)[0]}' has ${size.toLocaleString('en')} ${unit === 'entries' ? 'entries' : 'characters'}, WeCom takes ${most.toLocaleString('en')}`,
					unit === 'entries' ? 'Split them over several items.' : 'Shorten it.',
				);
			}
		}
	};

/** Refuses a call for which WeCom wants at least one of several parameters. */
export const oneOf =
	(names: string[], todo: string): Check =>
	(item, sent) => {
		if (names.every((name) => sent[name] === undefined)) {
			const labels = names.flatMap((name) => labelsAt(item.operation, name));
			const quoted = labels.map((label) => `'${label}'`).join(' and ');
			throw problem(item, `${quoted} ${labels.length > 1 ? 'are' : 'is'} empty`, todo);
		}
	};

export const all =
	(...checks: Check[]): Check =>
	(item, sent) =>
		checks.forEach((check) => check(item, sent));

const DAYS_KEPT = 180;

/** Refuses more days than WeCom gives at once, and of statistics those it does not have (docs 92132, 92133, 95489). */
export const days =
	(from: string, to: string, most: number, latest?: 'today' | 'yesterday'): Check =>
	(item, sent) => {
		const today = dayOf(Date.now() / 1000);
		const first = dayOf(Number(sent[from]));
		const last = dayOf(Number(sent[to] ?? sent[from]));
		if (last < first) {
			throw problem(
				item,
				"'End' is before 'Start'",
				'Swap the two dates, or check the expressions that give them.',
			);
		}
		if (last - first > most) {
			throw problem(
				item,
				`The dates span ${last - first} days, WeCom gives ${most} at once`,
				'Ask for shorter periods one after the other.',
			);
		}
		if (!latest) return;
		if (first < today - DAYS_KEPT || last > today - (latest === 'today' ? 0 : 1)) {
			throw problem(
				item,
				'WeCom has no statistics of these days',
				`It keeps ${DAYS_KEPT} days, the last of them ${latest === 'today' ? 'today' : 'yesterday'}.`,
			);
		}
	};
