import pytest

from aura_gql.projects.configuration.vite_config import NEW_CONFIG, with_nuxt_plugin, with_plugin


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("export default defineConfig({\n  plugins: []\n})", "plugins: [tailwindcss()]"),
        ("export default {\n  plugins: [a(), b()]\n}", "plugins: [tailwindcss(), a(), b()]"),
        ("export default defineConfig({\n  base: '/',\n});", "{\n  plugins: [tailwindcss()],\n  base: '/',\n}"),
    ],
)
def test_the_plugin_comes_first(config: str, expected: str) -> None:
    patched = with_plugin(f"import a from 'a';\nimport {{\n  b,\n}} from \"b\";\n{config}")
    assert patched is not None
    assert expected in patched
    assert "from \"b\";\nimport tailwindcss from '@tailwindcss/vite';\n" in patched


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("export default defineConfig(() => {\n  return {\n    plugins: [a()],\n  };\n});", "[tailwindcss(), a()]"),
        ("export default defineConfig({\n  c: { plugins: [] },\n  plugins: [a()],\n});", "\n  plugins: [tailwind"),
        ("const config = {\n  plugins: [\n    a(),\n  ],\n};\nexport default config;\n", "[\n    tailwindcss(), a(),"),
        (NEW_CONFIG, "defineConfig({\n  plugins: [tailwindcss()],\n});"),
    ],
)  # fmt: skip
def test_it_goes_to_the_plugins_of_vite_alone(config: str, expected: str) -> None:
    assert expected in (with_plugin(config) or "")


@pytest.mark.parametrize(
    "config",
    [
        "",
        "module.exports = make();\n",
        "export default defineConfig({\n  css: { postcss: { plugins: [] } },\n});",
        "export default defineConfig({\n  // plugins: [a()],\n});",
        "const plugins = [];\nexport default defineConfig({\n  plugins,\n});",
        "export default defineConfig({ ...base });",
        "export default defineConfig({\n  plugins: [],\n});" + "\n" * 16_384,
    ],
)
def test_another_shape_is_left_alone(config: str) -> None:
    assert with_plugin(config) is None


def test_nuxt_hands_it_on() -> None:
    patched = with_nuxt_plugin("export default defineNuxtConfig({\n  css: [],\n});\n")
    assert patched is not None
    assert patched.startswith("import tailwindcss from '@tailwindcss/vite';\n")
    assert "({\n  vite: { plugins: [tailwindcss()] },\n  css: [],\n});" in patched
    assert with_nuxt_plugin("export default defineNuxtConfig({\n  vite: {},\n});\n") is None
