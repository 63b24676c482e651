using System.Text;
using ServerlessInference.Packages;

namespace ServerlessInference.Tests.Packages;

public sealed class SplitPackageManifestTests
{
    private const string Digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static SplitPackageManifest Parse(string json) => SplitPackageManifest.Parse(Encoding.UTF8.GetBytes(json), "m.json");

    [Fact]
    public void Parse_WhatToJsonWrote_GivesTheSameBack()
    {
        var manifest = new SplitPackageManifest
        {
            Archives =
            [
                new SplitPackageArchive { Mount = "native", Uri = "native.tar.gz", Sha256 = Digest, Size = 7, UnpackedSize = 9 },
                new SplitPackageArchive { Mount = "models/a", PointerUri = "env:MODEL" },
            ],
        };

        SplitPackageManifest read = SplitPackageManifest.Parse(manifest.ToJson(), "m.json");

        Assert.Equal(manifest.Archives, read.Archives);
        Assert.Equal(manifest.ToJson(), read.ToJson());
    }

    [Fact]
    public void ToJson_Manifest_IsIndentedWithoutWhatIsUnset()
    {
        string json = Encoding.UTF8.GetString(
            new SplitPackageManifest { Archives = [new SplitPackageArchive { Mount = "a", Uri = "a.zip", Sha256 = Digest }] }.ToJson());

        Assert.Equal("{\n  \"format\": 1,\n  \"archives\": [\n    {\n      \"mount\": \"a\",\n      \"uri\": \"a.zip\",\n      " +
            $"\"sha256\": \"{Digest}\"\n    }}\n  ]\n}}\n", json);
    }

    [Fact]
    public void Parse_EverythingWrong_ReportsAllAtOnce()
    {
        ModelLoadException thrown = Assert.Throws<ModelLoadException>(() => Parse($$"""
            {"format":2,"archives":[
              {"uri":"a.zip","sha256":"{{Digest}}"},
              {"mount":"x","sha256":"{{Digest}}"},
              {"mount":"y","uri":"y.zip","sha256":"12"},
              {"mount":"z/","uri":"z.zip","sha256":"{{Digest}}"},
              {"mount":"z","uri":"z.zip","sha256":"{{Digest}}"},
              {"mount":"../up","uri":"z.zip","sha256":"{{Digest}}"},
              {"mount":"p","pointer":"env:X","uri":"z.zip"},
              {"mount":"n","uri":"n.zip","sha256":"{{Digest}}","size":-1}]}
            """));

        Assert.Contains("m.json", thrown.Message, StringComparison.Ordinal);
        foreach (string part in (string[])
            [
                "format is 2", "Archive 0 ('') has no mount path", "Archive 1 ('x') has no uri", "Archive 2 ('y') has the sha256 " +
                    "'12'", "Archive 4 ('z') has the same mount path as another",
                "leads out of its folder", "Archive 6 ('p') has a pointer", "Archive 7 ('n') has a negative size",
            ])
        {
            Assert.Contains(part, thrown.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"format\":1,\"archives\":[null]}")]
    [InlineData("{\"format\":1,\"unknown\":true}")]
    [InlineData("{")]
    public void Parse_NoManifest_Throws(string json) => Assert.Throws<ModelLoadException>(() => Parse(json));

    [Fact]
    public void Parse_NoArchives_IsAPackageOfNothing() => Assert.Empty(Parse("""{"format":1}""").Archives);

    [Theory]
    [InlineData("a.zip", "s3://bucket/prefix/", "s3://bucket/prefix/a.zip#keep-folder=true&sha256=" + Digest)]
    [InlineData("a.zip", "/mnt/models", "file:/mnt/models/a.zip#copy=true&keep-folder=true&sha256=" + Digest)]
    [InlineData("https://host/a.zip#max-bytes=9", "/x", "https://host/a.zip#max-bytes=9&keep-folder=true&sha256=" + Digest)]
    [InlineData("layer:pack/a.zip", "/x", "file:/opt/pack/a.zip#copy=true&keep-folder=true&sha256=" + Digest)]
    [InlineData("/mnt/a.zip", "s3://b/", "file:/mnt/a.zip#copy=true&keep-folder=true&sha256=" + Digest)]
    public void GetSourceUri_AnyOrigin_GoesIntoTheStorePinned(string uri, string baseUri, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the paths are those of Unix");

        Assert.Equal(expected, new SplitPackageArchive { Mount = "a", Uri = uri, Sha256 = Digest }.GetSourceUri(baseUri));
    }
}
