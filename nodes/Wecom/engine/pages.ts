import { type Paging } from '../../shared/client/paging';

/** How lists come page by page, where many endpoints do it alike. */

/** The pages of most lists on customers. */
export const cursorPages = (max_limit?: number, more: Paging['response'] = {}): Paging => ({
	style: 'cursor',
	request: { cursor: 'cursor', limit: 'limit' },
	response: { cursor: 'next_cursor', ...more },
	max_limit,
});

/** The same where WeCom sets the size of the pages. */
export const OWN_PAGES: Paging = {
	style: 'cursor',
	request: { cursor: 'cursor' },
	response: { cursor: 'next_cursor' },
};
