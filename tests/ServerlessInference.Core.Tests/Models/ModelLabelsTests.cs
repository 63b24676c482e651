using System.Text;
using ServerlessInference.Models;
using ServerlessInference.Sessions;

namespace ServerlessInference.Tests.Models;

/// <summary>Labels in the files and forms of public tools.</summary>
public sealed class ModelLabelsTests
{
    [Theory]
    [InlineData("cat\ndog\nbird\n", "cat", "dog", "bird")]
    [InlineData("0 Cat\n1 Dog\n2 Bird\n", "Cat", "Dog", "Bird")]
    [InlineData("0: cat\n1: dog\n", "cat", "dog")]
    [InlineData("0\tcat\r\n1\tdog\r\n", "cat", "dog")]
    [InlineData("0,cat\n1,\"dog, big\"\n", "cat", "dog, big")]
    [InlineData("index,name\n0,cat\n1,dog\n", "cat", "dog")]
    [InlineData("name,index\ncat,0\ndog,1\n", "cat", "dog")]
    [InlineData("n01440764 tench, Tinca tinca\nn01443537 goldfish\n", "tench, Tinca tinca", "goldfish")]
    [InlineData("n01440764\ttench\nn01443537\tgoldfish\n", "tench", "goldfish")]
    [InlineData("0\n180\n", "0", "180")]
    [InlineData("0\n1\n2\n", "0", "1", "2")]
    [InlineData("1 cat\n2 dog\n", "1 cat", "2 dog")]
    [InlineData("0 cat\n2 dog\n", "0 cat", "2 dog")]
    [InlineData("tench, Tinca tinca\ngoldfish, Carassius\n", "tench, Tinca tinca", "goldfish, Carassius")]
    [InlineData("10 dollars\n", "10 dollars")]
    [InlineData("\uFEFFcat\ndog", "cat", "dog")]
    public void Parse_Lines_GivesTheNames(string text, params string[] expected) => Assert.Equal(expected, Parse(text));

    [Theory]
    [InlineData("""["cat","dog"]""", "cat", "dog")]
    [InlineData("""{"0":"cat","1":"dog"}""", "cat", "dog")]
    [InlineData("""{"1":"dog","0":"cat"}""", "cat", "dog")]
    [InlineData("""{"id2label":{"0":"cat","1":"dog"},"model_type":"vit"}""", "cat", "dog")]
    [InlineData("""{"cat":0,"dog":1}""", "cat", "dog")]
    [InlineData("{\n  \"cat\": 0,\n  \"dog\": 1\n}\n", "cat", "dog")]
    [InlineData("{\r\n\t\"0\": \"cat\",\r\n\t\"1\": \"dog\"\r\n}", "cat", "dog")]
    [InlineData("""{"0":["n01440764","tench"],"1":["n01443537","goldfish"]}""", "tench", "goldfish")]
    [InlineData("""{"label_names":["n1","n2"],"label_descriptions":{"n1":"cat"}}""", "cat", "n2")]
    [InlineData("""{"classes":{"Label":["cat","dog"]}}""", "cat", "dog")]
    [InlineData("\uFEFF[\"cat\"]", "cat")]
    public void Parse_Json_GivesTheNames(string text, params string[] expected) => Assert.Equal(expected, Parse(text));

    [Theory]
    [InlineData("""{"0":"cat","2":"dog"}""", "have no name for index 1")]
    [InlineData("""{"cat":"x"}""", "have the key 'cat'")]
    [InlineData("[1]", "neither a JSON array of names nor a JSON object")]
    public void Parse_OtherJson_Throws(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<ModelLoadException>(() => Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("labels.txt", "cat\ndog")]
    [InlineData("imagenet_classes.txt", "cat\ndog")]
    [InlineData("labels.json", """["cat","dog"]""")]
    [InlineData("id2label.json", """{"0":"cat","1":"dog"}""")]
    [InlineData("class_indices.json", """{"cat":0,"dog":1}""")]
    [InlineData("labels.csv", "index,name\n0,cat\n1,dog\n")]
    [InlineData("config.json", """{"id2label":{"0":"cat","1":"dog"}}""")]
    [InlineData("config.json", """{"architecture":"resnet18","label_names":["cat","dog"]}""")]
    [InlineData("signature.json", """{"inputs":{},"classes":{"Label":["cat","dog"]}}""")]
    public void Find_File_IsReadAndRecorded(string file, string text)
    {
        LoadedModel model = Create((file, text));

        Assert.Equal(["cat", "dog"], ModelLabels.Find(model));
        Assert.Equal(new ModelDecision("labels", "2", file), Assert.Single(model.Decisions));
    }

    [Fact]
    public void Find_ConfigWithoutLabels_LooksFurther() => Assert.Empty(ModelLabels.Find(Create(("config.json", """{"num_labels":2}"""))));

    private static IReadOnlyList<string> Parse(string text) => ModelLabels.Parse(Encoding.UTF8.GetBytes(text), "labels");

    private static LoadedModel Create(params (string Name, string Text)[] files) => new(
        new ModelIdentity("model", "1", "test:"),
        new ModelDescription([], []),
        new ModelArtifact(
            "test:", "1", [.. files.Select(file => ModelFile.InMemory(file.Name, Encoding.UTF8.GetBytes(file.Text)))]));
}
