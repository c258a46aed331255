/** The kinds of recipients that a message can go to at once, and what WeCom calls the IDs of each. */
export const RECIPIENTS = { members: 'touser', departments: 'toparty', tags: 'totag' };
