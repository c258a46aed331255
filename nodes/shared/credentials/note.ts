import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { StoredFields } from './fields';
import type { ActAs } from './suiteState';
import type { Token } from './tokens';

/**
 * The note that goes with a request. n8n hands one object, the credential's data, from the client through `preAuthentication` to
 * `authenticate`, and nothing besides. What these three have to tell each other lies on that object under one Symbol key: no JSON
 * has it, so neither n8n's database nor an execution ever does.
 */

type Data = ICredentialDataDecryptedObject;

export interface Note {
	// What the client notes.
	/** These fields are to be stored; nothing is sent. */
	store?: StoredFields;
	/** Only the token is wanted; nothing is sent. */
	tokenOnly?: true;
	/** For whom a request with a suite's credential is made; without it, for the suite. */
	actAs?: ActAs;
	/** The token that WeCom has just refused: a copy of it in memory is not used again. */
	refusedToken?: string;

	// What preAuthentication notes.
	/** The suite's, provider's or company's token that goes with the request. */
	token?: Token;
	/** The fields of the credential that a new token has changed. */
	changed?: StoredFields;
	/** Ends the turn in which n8n stores these fields. */
	endTurn?: () => void;
	/** Why nothing was sent. Older n8n keeps no cause of an error. */
	failure?: Error;
}

const NOTE = Symbol.for('n8n-nodes-wecom-kit.note');

type Noted = Data & { [NOTE]?: Note };

/** What is noted on a credential's data, to be read. */
export const noteOf = (credentials: Data): Readonly<Note> => (credentials as Noted)[NOTE] ?? {};

/** Notes something on a credential's data, beside what is noted there. */
export function addNote(credentials: Data, more: Note): void {
	(credentials as Noted)[NOTE] = { ...noteOf(credentials), ...more };
}

/** A copy of a credential's data with something more noted on it. */
export function withNote(credentials: Data, more: Note): Data {
	const copy = { ...credentials };
	addNote(copy, more);
	return copy;
}

/** The data for one request: requests that run at the same time must not read each other's outcome. */
export const forOneRequest = (credentials: Data): Data =>
	withNote(credentials, { failure: undefined, changed: undefined, endTurn: undefined });

/** Takes the token of a request over for the requests that follow. */
export function takeOver(credentials: Data, fromRequest: Data): void {
	const { changed, token, refusedToken } = noteOf(fromRequest);
	Object.assign(credentials, changed);
	if (token) addNote(credentials, { token, refusedToken });
}
