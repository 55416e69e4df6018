/** So many ids of commercetools fit into the address of one query, 8 KB, beside the rest of it. */
export const idsPerQuery = 150
