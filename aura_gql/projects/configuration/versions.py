"""The versions of the tools that options add, each tried together with the bundled starters."""

# typescript-eslint and svelte-check do not take TypeScript 7 yet.
TYPESCRIPT = "~6.0.3"
# Frameworks of before TypeScript 6 ask it for what it does no more; react-scripts takes 4 at most.
TYPESCRIPT_5 = "~5.9.3"
TYPESCRIPT_4 = "^4.9.5"

TSX = "^4.23.15"
NODE_TYPES = "^22.0.0"
# The newest that TypeScript 4 can read.
NODE_TYPES_16 = "^16.18.126"

REACT_TYPES = {"@types/react": "^19.3.0", "@types/react-dom": "^19.3.0"}
VUE_TSC = "^3.3.14"
SVELTE_CHECK = "^4.7.8"

# The configurations of Next.js before 16 and of react-scripts are for ESLint 8, those of others for 9.
ESLINT_8 = "^8.57.1"
ESLINT_9 = "^9.39.1"
ESLINT_EXPO = "~10.0.0"
ESLINT_ASTRO = "^1.5.0"
ESLINT_REACT_APP = "^7.0.1"
ESLINT = {"@eslint/js": "^10.0.1", "eslint": "^10.15.0", "globals": "^17.14.0"}
TYPESCRIPT_ESLINT = "^8.73.0"
ESLINT_REACT = {"eslint-plugin-react-hooks": "^7.1.1", "eslint-plugin-react-refresh": "^0.5.8"}
ESLINT_VUE = "^10.12.1"
ESLINT_SVELTE = "^3.24.1"

PRETTIER = "^3.10.1"
PRETTIER_SVELTE = "^4.1.1"
# For Svelte 3 and 4.
PRETTIER_SVELTE_3 = "^3.5.0"
PRETTIER_ASTRO = "^0.14.1"

TAILWIND = {"@tailwindcss/vite": "^4.3.5", "tailwindcss": "^4.3.5"}
TAILWIND_POSTCSS = {"@tailwindcss/postcss": "^4.3.5", "postcss": "^8.5.6", "tailwindcss": "^4.3.5"}
TAILWIND_3 = "^3.4.18"

# What `packageManager` takes is one exact version. Two stay behind: npm 12 needs Node 22, and pnpm 12 fails an
# installation for want of a say on build scripts, which esbuild, and so tsx, has.
NPM = "11.21.2"
PNPM = "10.34.8"
YARN = "4.18.1"
BUN = "1.4.5"
