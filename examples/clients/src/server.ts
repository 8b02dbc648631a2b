/** Where the API is and who asks: a browser sends its cookie and needs no token, any other program sends a bearer. */
export interface Server {
  /** For instance `https://api.example.com/graphql`. */
  url: string;
  token?: string;
}

export const headersOf = ({ token }: Server): Record<string, string> => (token ? { authorization: `Bearer ${token}` } : {});

export const socketUrlOf = ({ url }: Server): string => url.replace(/^http/, "ws");
