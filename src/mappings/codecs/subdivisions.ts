/**
 * Names and codes of states and provinces (ISO 3166-2), for the countries whose states Salesforce offers from the start
 * and whose people write them out, and for those where nobody does (DE, AT, CH): the random codes that stand there are known to be wrong.
 */

const tables: Readonly<Record<string, string>> = {
  US: 'AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,DC District of Columbia,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming,AS American Samoa,GU Guam,MP Northern Mariana Islands,PR Puerto Rico,VI U.S. Virgin Islands,AA Armed Forces Americas,AE Armed Forces Europe,AP Armed Forces Pacific',
  CA: 'AB Alberta,BC British Columbia,MB Manitoba,NB New Brunswick,NL Newfoundland and Labrador,NS Nova Scotia,NT Northwest Territories,NU Nunavut,ON Ontario,PE Prince Edward Island,QC Quebec,SK Saskatchewan,YT Yukon',
  AU: 'ACT Australian Capital Territory,NSW New South Wales,NT Northern Territory,QLD Queensland,SA South Australia,TAS Tasmania,VIC Victoria,WA Western Australia',
  DE: 'BW Baden-Württemberg,BY Bayern,BE Berlin,BB Brandenburg,HB Bremen,HH Hamburg,HE Hessen,MV Mecklenburg-Vorpommern,NI Niedersachsen,NW Nordrhein-Westfalen,RP Rheinland-Pfalz,SL Saarland,SN Sachsen,ST Sachsen-Anhalt,SH Schleswig-Holstein,TH Thüringen',
  AT: '1 Burgenland,2 Kärnten,3 Niederösterreich,4 Oberösterreich,5 Salzburg,6 Steiermark,7 Tirol,8 Vorarlberg,9 Wien',
  CH: 'AG Aargau,AR Appenzell Ausserrhoden,AI Appenzell Innerrhoden,BL Basel-Landschaft,BS Basel-Stadt,BE Bern,FR Fribourg,GE Genève,GL Glarus,GR Graubünden,JU Jura,LU Luzern,NE Neuchâtel,NW Nidwalden,OW Obwalden,SG St. Gallen,SH Schaffhausen,SZ Schwyz,SO Solothurn,TG Thurgau,TI Ticino,UR Uri,VS Valais,VD Vaud,ZG Zug,ZH Zürich',
  BR: 'AC Acre,AL Alagoas,AP Amapá,AM Amazonas,BA Bahia,CE Ceará,DF Distrito Federal,ES Espírito Santo,GO Goiás,MA Maranhão,MT Mato Grosso,MS Mato Grosso do Sul,MG Minas Gerais,PA Pará,PB Paraíba,PR Paraná,PE Pernambuco,PI Piauí,RJ Rio de Janeiro,RN Rio Grande do Norte,RS Rio Grande do Sul,RO Rondônia,RR Roraima,SC Santa Catarina,SP São Paulo,SE Sergipe,TO Tocantins',
}

/** Without case, accents and punctuation: `Baden Wurttemberg` is `Baden-Württemberg`. */
const folded = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[\p{P}\s]+/gu, ' ')
    .trim()
    .toLowerCase()

function codesOf(table: string): ReadonlyMap<string, string> {
  const codes = new Map<string, string>()
  for (const entry of table.split(',')) {
    const gap = entry.indexOf(' ')
    const code = entry.slice(0, gap)
    codes.set(folded(code), code)
    codes.set(folded(entry.slice(gap + 1)), code)
  }
  return codes
}

const countries: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  Object.entries(tables).map(([country, table]) => [country, codesOf(table)]),
)

/** A subdivision's code by its code (`ca`, `US-CA`) or name; null when the country has no such one, undefined when the country is not listed here. */
export function subdivision(country: string, text: string): string | null | undefined {
  const known = countries.get(country)
  if (known === undefined) return undefined
  const bare = text.toUpperCase().startsWith(`${country}-`) ? text.slice(country.length + 1) : text
  return known.get(folded(bare)) ?? null
}
