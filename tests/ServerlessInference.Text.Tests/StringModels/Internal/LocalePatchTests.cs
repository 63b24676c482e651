using System.Text;
using ServerlessInference.Onnx;

namespace ServerlessInference.Text.Tests.StringModels;

public sealed class LocalePatchTests
{
    private static readonly byte[] Other = Field(1, Concat(Field(4, "Identity"), Field(3, "other")));

    [Fact]
    public void Rewrite_NodeWithoutLocale_AddsIt()
    {
        byte[] node = Concat(Field(1, "in"), Field(4, "StringNormalizer"), Field(5, Attribute("case", "LOWER")));
        byte[] expected = Concat(node, Field(5, Attribute("locale", "C.UTF-8")));

        Assert.Equal(Model(expected), LocalePatch.Rewrite(Model(node), "C.UTF-8"));
    }

    [Fact]
    public void Rewrite_NodeWithLocale_ReplacesIt()
    {
        byte[] head = Concat(Field(1, "in"), Field(4, "StringNormalizer"));
        byte[] node = Concat(head, Field(5, Attribute("locale", "en_US")), Field(3, "name"));
        byte[] expected = Concat(head, Field(3, "name"), Field(5, Attribute("locale", "C")));

        Assert.Equal(Model(expected), LocalePatch.Rewrite(Model(node), "C"));
    }

    [Fact]
    public void Rewrite_LocaleAlreadyThere_ChangesNothing()
    {
        byte[] node = Concat(Field(4, "StringNormalizer"), Field(5, Attribute("locale", "C")));

        Assert.Null(LocalePatch.Rewrite(Model(node), "C"));
    }

    [Fact]
    public void Rewrite_SubgraphAndFunction_AreSearched()
    {
        byte[] inner = Concat(Field(4, "StringNormalizer"));
        byte[] changed = Concat(inner, Field(5, Attribute("locale", "C")));
        static byte[] Wrap(byte[] node) => Concat(
            Field(7, Field(1, Concat(Field(4, "If"), Field(5, Concat(Field(1, "then_branch"), Field(6, Field(1, node))))))),
            Field(25, Field(7, node)));

        Assert.Equal(Wrap(changed), LocalePatch.Rewrite(Wrap(inner), "C"));
    }

    [Fact]
    public void Rewrite_LargeNeighbours_LengthsAreRight()
    {
        // Lengths that need one more byte after the change than before it.
        byte[] node = Concat(Field(4, "StringNormalizer"), Field(3, new string('n', 100)));
        byte[] result = LocalePatch.Rewrite(Model(node), "C.UTF-8")!;
        byte[] expected = Model(Concat(node, Field(5, Attribute("locale", "C.UTF-8"))));

        Assert.Equal(expected, result);
    }

    [Fact]
    public void Rewrite_NoStringNormalizer_ChangesNothing()
    {
        Assert.Null(LocalePatch.Rewrite(Field(7, Other), "C"));
        Assert.Null(LocalePatch.Rewrite([], "C"));
    }

    [Fact]
    public void Rewrite_DamagedAtAnyByte_NeverThrows()
    {
        byte[] model = Model(Concat(Field(4, "StringNormalizer"), Field(5, Attribute("locale", "en_US"))));
        for (int length = 0; length < model.Length; length++)
        {
            LocalePatch.Rewrite(model.AsSpan(0, length), "C");
        }

        var random = new Random(1);
        byte[] noise = new byte[200];
        for (int i = 0; i < 5000; i++)
        {
            model.CopyTo(noise, 0);
            for (int j = random.Next(1, 8); j > 0; j--)
            {
                noise[random.Next(noise.Length)] = (byte)random.Next(256);
            }

            LocalePatch.Rewrite(noise.AsSpan(0, random.Next(noise.Length)), "C");
        }
    }

    [Fact]
    public void Rewrite_DeeplyNested_Stops()
    {
        byte[] node = Field(4, "StringNormalizer");
        for (int i = 0; i < 200; i++)
        {
            node = Concat(Field(4, "If"), Field(5, Field(6, Field(1, node))));
        }

        Assert.Null(LocalePatch.Rewrite(Model(node), "C"));
    }

    private static byte[] Model(byte[] node) =>
        Concat([8, 9], Field(2, "producer"), Field(7, Concat(Other, Field(1, node), Field(2, "graph"))), [0x98, 0x06, 1]);

    private static byte[] Attribute(string name, string value) => Concat(Field(1, name), Field(4, value), [0xA0, 0x01, 0x03]);

    private static byte[] Field(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int number, byte[] content) => Concat(Varint((number << 3) | 2), Varint(content.Length), content);

    private static byte[] Varint(int value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }

    private static byte[] Concat(params byte[][] parts) => [.. parts.SelectMany(static part => part)];
}
