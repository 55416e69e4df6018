// A jsforce connection to an emulated org, logged in as a client of its own.

import { Connection } from '@jsforce/jsforce-node'

export async function connected(url: string): Promise<Connection> {
  const conn = new Connection({
    version: '67.0',
    loginUrl: url,
    oauth2: { clientId: 'c', clientSecret: 's', loginUrl: url },
    callOptions: { client: 'ctsf' },
  })
  await conn.authorize({ grant_type: 'client_credentials' })
  return conn
}
