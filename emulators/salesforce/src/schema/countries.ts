// The state and country picklists of an org: all countries by ISO code, and the states that an org has before an
// admin adds more. A state code of another country is refused until the org file names it.

export type Countries = {
  /** Country code to label. */
  labels: Map<string, string>
  /** Country code to its states, code to label. */
  states: Map<string, Map<string, string>>
}

const CODES =
  'AD AE AF AG AI AL AM AO AQ AR AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF ' +
  'CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FO FR GA GB GD GE GF GG ' +
  'GH GI GL GM GN GP GQ GR GS GT GW GY HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR ' +
  'KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF ' +
  'NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PS PT PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM ' +
  'SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VN VU WF WS YE ' +
  'YT ZA ZM ZW'

const STATES: Record<string, string> = {
  AU: 'ACT:Australian Capital Territory,NSW:New South Wales,NT:Northern Territory,QLD:Queensland,SA:South Australia,TAS:Tasmania,VIC:Victoria,WA:Western Australia',
  BR: 'AC:Acre,AL:Alagoas,AM:Amazonas,AP:Amapá,BA:Bahia,CE:Ceará,DF:Distrito Federal,ES:Espírito Santo,GO:Goiás,MA:Maranhão,MG:Minas Gerais,MS:Mato Grosso do Sul,MT:Mato Grosso,PA:Pará,PB:Paraíba,PE:Pernambuco,PI:Piauí,PR:Paraná,RJ:Rio de Janeiro,RN:Rio Grande do Norte,RO:Rondônia,RR:Roraima,RS:Rio Grande do Sul,SC:Santa Catarina,SE:Sergipe,SP:São Paulo,TO:Tocantins',
  CA: 'AB:Alberta,BC:British Columbia,MB:Manitoba,NB:New Brunswick,NL:Newfoundland and Labrador,NS:Nova Scotia,NT:Northwest Territories,NU:Nunavut,ON:Ontario,PE:Prince Edward Island,QC:Quebec,SK:Saskatchewan,YT:Yukon Territories',
  IE: 'CE:Clare,CN:Cavan,CO:Cork,CW:Carlow,D:Dublin,DL:Donegal,G:Galway,KE:Kildare,KK:Kilkenny,KY:Kerry,LD:Longford,LH:Louth,LK:Limerick,LM:Leitrim,LS:Laois,MH:Meath,MN:Monaghan,MO:Mayo,OY:Offaly,RN:Roscommon,SO:Sligo,TA:Tipperary,WD:Waterford,WH:Westmeath,WW:Wicklow,WX:Wexford',
  MX: 'AG:Aguascalientes,BC:Baja California,BS:Baja California Sur,CH:Chihuahua,CL:Colima,CM:Campeche,CO:Coahuila,CS:Chiapas,DF:Federal District,DG:Durango,GR:Guerrero,GT:Guanajuato,HG:Hidalgo,JA:Jalisco,ME:Mexico State,MI:Michoacán,MO:Morelos,NA:Nayarit,NL:Nuevo León,OA:Oaxaca,PB:Puebla,QE:Querétaro,QR:Quintana Roo,SI:Sinaloa,SL:San Luis Potosí,SO:Sonora,TB:Tabasco,TL:Tlaxcala,TM:Tamaulipas,VE:Veracruz,YU:Yucatán,ZA:Zacatecas',
  US: 'AK:Alaska,AL:Alabama,AR:Arkansas,AZ:Arizona,CA:California,CO:Colorado,CT:Connecticut,DC:District of Columbia,DE:Delaware,FL:Florida,GA:Georgia,HI:Hawaii,IA:Iowa,ID:Idaho,IL:Illinois,IN:Indiana,KS:Kansas,KY:Kentucky,LA:Louisiana,MA:Massachusetts,MD:Maryland,ME:Maine,MI:Michigan,MN:Minnesota,MO:Missouri,MS:Mississippi,MT:Montana,NC:North Carolina,ND:North Dakota,NE:Nebraska,NH:New Hampshire,NJ:New Jersey,NM:New Mexico,NV:Nevada,NY:New York,OH:Ohio,OK:Oklahoma,OR:Oregon,PA:Pennsylvania,RI:Rhode Island,SC:South Carolina,SD:South Dakota,TN:Tennessee,TX:Texas,UT:Utah,VA:Virginia,VT:Vermont,WA:Washington,WI:Wisconsin,WV:West Virginia,WY:Wyoming',
}

/** `added` is what the org file brings: country code to state code to label. */
export function countries(added: Record<string, Record<string, string>>): Countries {
  const names = new Intl.DisplayNames(['en'], { type: 'region' })
  const labels = new Map(CODES.split(' ').map(code => [code, names.of(code) ?? code]))
  const states = new Map<string, Map<string, string>>()
  for (const [country, list] of Object.entries(STATES)) {
    states.set(
      country,
      new Map(
        list.split(',').map(entry => {
          const [code = '', label = ''] = entry.split(':')
          return [code, label]
        }),
      ),
    )
  }
  for (const [country, list] of Object.entries(added)) {
    states.set(country, new Map([...(states.get(country) ?? []), ...Object.entries(list)]))
  }
  return { labels, states }
}
