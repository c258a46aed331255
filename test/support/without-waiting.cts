/** Import it first: WeCom is asked again at once where the nodes would wait a while, so that a test takes no longer than its requests. */
jest.mock('n8n-workflow', () => {
	const wait = jest.requireActual<typeof import('./wait.cts')>('./wait.cts');
	return {
		...jest.requireActual<object>('n8n-workflow'),
		sleep: async () => await wait.sleep(1),
	};
});
