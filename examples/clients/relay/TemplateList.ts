import { graphql } from "relay-runtime";

// `useLazyLoadQuery(templateListQuery, { text: "react" })`: the first page, and what the list below needs.
export const templateListQuery = graphql`
  query TemplateListQuery($text: String) {
    ...TemplateList_templates @arguments(text: $text)
  }
`;

// `usePaginationFragment(templateListFragment, query)`: `loadNext(20)` asks for what stands behind the last item.
export const templateListFragment = graphql`
  fragment TemplateList_templates on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }, text: { type: "String" })
  @refetchable(queryName: "TemplateListPageQuery") {
    templates(filter: { text: $text }, first: $first, after: $after) @connection(key: "TemplateList_templates") {
      edges {
        node {
          id
          name
          description
        }
      }
    }
  }
`;
