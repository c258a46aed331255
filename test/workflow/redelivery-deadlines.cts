/** Import it first: what comes after seconds and minutes comes after moments. */
jest.mock('../../nodes/WecomTrigger/deadlines', () => ({
	...jest.requireActual<object>('../../nodes/WecomTrigger/deadlines'),
	REPLY_WITHIN_MS: 200,
}));
jest.mock('../../nodes/shared/callback/ownCalls', () => ({
	...jest.requireActual<object>('../../nodes/shared/callback/ownCalls'),
	DELIVER_AGAIN_AFTER_MS: [100, 100, 200],
}));
