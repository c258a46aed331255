import type { IDataObject } from 'n8n-workflow';
import type { ArchivedMessage } from '../shared/chatArchive/bridge';
import { isExternal, archiveKindOf, peopleOf } from '../shared/chatArchive/messages';
import { splitList } from '../shared/util/text';

export const ALL_KINDS = '*';

export interface ArchiveFilter {
	/** Values of 'Trigger On'. */
	kinds: readonly string[];
	/** 'send', 'recall', 'switch'; none means all. */
	actions: readonly string[];
	chats: 'any' | 'external' | 'internal';
	groups: readonly string[];
	people: readonly string[];
}

const SEPARATORS = /[,，、;；|\s]+/;

/** What the form asks for. */
export function archiveFilter(kinds: string[], filters: IDataObject): ArchiveFilter {
	const { actions = [], chats = 'any', groups, people } = filters;
	return {
		kinds,
		actions: actions as string[],
		chats: chats as ArchiveFilter['chats'],
		groups: splitList(groups, SEPARATORS),
		people: splitList(people, SEPARATORS),
	};
}

/** Whether the workflow asks for a message. One that could not be decrypted may be any, so it passes. */
export function wants(filter: ArchiveFilter, { message, msgid }: ArchivedMessage): boolean {
	if (!message) return true;
	const { kinds, actions, chats, groups, people } = filter;
	if (!kinds.includes(ALL_KINDS) && !kinds.includes(archiveKindOf(message))) return false;
	if (actions.length > 0 && !actions.includes(String(message.action))) return false;
	const external = isExternal({ msgid: message.msgid ?? msgid });
	if (chats !== 'any' && external !== (chats === 'external')) return false;
	if (groups.length > 0 && !groups.includes(String(message.roomid))) return false;
	return people.length === 0 || peopleOf(message).some((one) => people.includes(one));
}
