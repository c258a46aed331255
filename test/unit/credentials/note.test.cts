import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import {
	addNote,
	forOneRequest,
	noteOf,
	takeOver,
	withNote,
} from '../../../nodes/shared/credentials/note';

const token = { value: 'T', expiresAt: 1 };

it('is seen by nobody who stores or prints the credential', () => {
	const credentials = withNote({ corpId: 'c' }, { refusedToken: 'secret' });
	expect(JSON.stringify(credentials)).toBe('{"corpId":"c"}');
	expect(Object.keys(credentials)).toEqual(['corpId']);
	expect(noteOf({ ...credentials })).toEqual({ refusedToken: 'secret' });
});

it('grows, and a copy keeps its own', () => {
	const credentials: ICredentialDataDecryptedObject = {};
	addNote(credentials, { actAs: { kind: 'provider' } });
	const copy = withNote(credentials, { tokenOnly: true });
	expect(noteOf(copy)).toEqual({ actAs: { kind: 'provider' }, tokenOnly: true });
	expect(noteOf(credentials)).toEqual({ actAs: { kind: 'provider' } });
});

it('requests at the same time share the token but not the outcome', () => {
	const client = withNote({ accessToken: 'old' }, { refusedToken: 'old' });
	const [one, other] = [forOneRequest(client), forOneRequest(client)];
	addNote(one, { failure: new Error('only of this request'), endTurn: () => {} });
	addNote(other, { token, changed: { accessToken: 'T' }, refusedToken: undefined });
	takeOver(client, one);
	expect(noteOf(client)).toEqual({ refusedToken: 'old' });
	takeOver(client, other);
	expect(client.accessToken).toBe('T');
	expect(noteOf(client)).toEqual({ token });
	expect(noteOf(forOneRequest(client)).changed).toBeUndefined();
});
