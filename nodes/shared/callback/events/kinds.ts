/**
 * What the answer to a callback may be: P empty or an encrypted passive reply, E empty only,
 * S exactly `success`, B empty or an encrypted JSON reply.
 */
export type CallbackAnswer = 'P' | 'E' | 'S' | 'B';

export type Family =
	| 'message'
	| 'appEvent'
	| 'contact'
	| 'customer'
	| 'customerService'
	| 'office'
	| 'meeting'
	| 'chain'
	| 'school'
	| 'payment'
	| 'suite'
	| 'provider'
	| 'bot';

/** One kind of callback, as a table row says it. */
export interface KindRow {
	/**
	 * The discriminator in WeCom's own words, case included: a MsgType ('text'), or
	 * 'event/<Event>', or 'event/<Event>/<ChangeType>'; 'info/…' in place of 'event/…' for an
	 * InfoType; 'payment/<notify_type>/<event_type>'; 'bot:<msgtype or eventtype>' for an AI bot. The
	 * kind's id follows from it.
	 */
	on: string;
	/** Other spellings of `on` that WeCom's pages or servers use. */
	also?: readonly string[];
	/** Option name: Title Case, 'Area: What Happened'. */
	name: string;
	/** "On text message", in the list of n8n's node panel, where it does not follow from the name. */
	action?: string;
	/** Option description: what the name does not say, such as what must be switched on to get it. */
	description?: string;
	/** Elements that may repeat (paths as `wrapRepeatable` takes them). */
	repeat?: readonly string[];
	answer: CallbackAnswer;
	/** Number of the page in WeCom's docs; undefined if no current page shows it. */
	doc: number | undefined;
}

/** An Event whose ChangeTypes can be selected together. */
export interface GroupRow {
	/** The Event, which is also the group's option value. */
	event: string;
	name: string;
	description?: string;
}

/** All rows of one family. */
export interface KindTable {
	family: Family;
	groups?: readonly GroupRow[];
	kinds: readonly KindRow[];
}
