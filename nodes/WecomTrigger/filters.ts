import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import type { OpenedCallback } from '../shared/callback/envelope';
import { matches, type Classification } from '../shared/callback/events';
import { splitList } from '../shared/util/text';
import { openKfIdOf } from './customerService/form';
import type { Unwanted } from './delivery';

/** What the form calls an event; the kind itself where the form does not know it. */
export const eventName = ({ row, family, kind }: Classification): string =>
	row ? `${family === 'bot' ? 'Bot ' : ''}${row.name}` : kind;

/** What keeps a callback of an app or a suite from starting the workflow, if anything does. */
export function whyUnwanted(
	context: IWebhookFunctions,
	{ classification, payload }: OpenedCallback,
): Unwanted | undefined {
	const { kind, event, changeType } = classification;
	if (!matches(context.getNodeParameter('events', ['*']) as string[], kind))
		return { kind, reason: `'Trigger On' does not include '${eventName(classification)}'.` };
	const { changeTypes, openKfIds } = context.getNodeParameter('filters', {}) as IDataObject;
	const openKfId = openKfIdOf(payload);
	const accounts = splitList(openKfIds);
	if (openKfId && accounts.length > 0 && !accounts.includes(openKfId))
		return {
			kind,
			reason: `The filter 'Account Names or IDs' does not include '${openKfId}'.`,
		};
	const wanted = splitList(changeTypes);
	// WeCom spells some in two ways; the kind has the first one.
	const spellings = [changeType ?? '', kind.replace(`${event}.`, '')];
	if (wanted.length === 0 || spellings.some((type) => wanted.includes(type))) return undefined;
	const reason = changeType
		? `The filter 'Change Types' does not include '${changeType}'.`
		: "It has no change type, and the filter 'Change Types' is set.";
	return { kind, reason };
}
