using System.Runtime.InteropServices;
using ServerlessInference.Benchmarks.Text;
using ServerlessInference.Tokenizers;
using FastTokenizer = FastBertTokenizer.BertTokenizer;
using MicrosoftTokenizer = Microsoft.ML.Tokenizers.BertTokenizer;
using RustTokenizer = Tokenizers.DotNet.Tokenizer;

namespace ServerlessInference.Benchmarks.Peers;

/// <summary>Compares WordPiece (bert-base-uncased) with three other libraries, one thread each.</summary>
/// <remarks>
/// Without offsets, ours writes ids alone, and FastBertTokenizer ids and an attention mask, both into memory of the caller; the other two
/// return new lists or arrays. With offsets, ours also gives words, masks and type ids. Of the peers only Microsoft.ML.Tokenizers has
/// offsets, with a string for each token; they count in the text as it is after lower-casing and splitting, which it returns as well.
/// Special tokens, where a library insists on them, are left out of the comparison of ids.
/// </remarks>
internal static class TextPeerComparison
{
    private const int Characters = 1_000_000;
    private const int TextCharacters = 1000;

    /// <summary>Runs the comparison.</summary>
    /// <param name="arguments">The number of rounds, 20 if left out.</param>
    public static void Run(string[] arguments)
    {
        int rounds = InterleavedTiming.Rounds(arguments, 20);
        string? folder = EnglishText.FindReference("bert", "uncased");
        if (folder is null)
        {
            Console.WriteLine(
                "bert/uncased/vocab.txt and tokenizer.json are missing: set SERVERLESS_INFERENCE_REFERENCE to the directory that holds " +
                "'bert', or put it at ../shared/reference next to the repository.");
            return;
        }

        string[] texts = [.. EnglishText.Generate(Characters).Chunk(TextCharacters).Select(static text => new string(text))];
        string title = $"{texts.Length} texts of {TextCharacters} characters";
        using var encoders = new Encoders(folder);
        encoders.CompareIds($"{title}, ids only", rounds, texts);
        encoders.CompareOffsets($"{title}, with offsets", rounds, texts);
    }

    /// <summary>The four tokenizers with the same vocabulary.</summary>
    private sealed class Encoders : IDisposable
    {
        private const string Microsoft = "Microsoft.ML.Tokenizers 2.0.1";

        private readonly Tokenizer _ours;
        private readonly FastTokenizer _fast = new();
        private readonly MicrosoftTokenizer _microsoft;
        private readonly RustTokenizer? _rust;
        private readonly TokenEncoding _encoding = new();
        private readonly int[] _ids = new int[Characters];
        private readonly long[] _fastIds = new long[Characters];
        private readonly long[] _fastMask = new long[Characters];

        public Encoders(string folder)
        {
            byte[] vocabulary = File.ReadAllBytes(Path.Combine(folder, "vocab.txt"));
            _ours = Tokenizer.FromVocabulary(vocabulary);
            using var reader = new StreamReader(new MemoryStream(vocabulary));
            _fast.LoadVocabulary(reader, convertInputToLowercase: true);
            _microsoft = MicrosoftTokenizer.Create(new MemoryStream(vocabulary));
            if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64)
            {
                _rust = UntruncatedRustTokenizer.Create(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
            }
            else
            {
                Console.WriteLine("Tokenizers.DotNet is left out: its native library is referenced for Linux on x64 alone.");
            }
        }

        public void CompareIds(string what, int rounds, string[] texts)
        {
            int[] expected = [.. texts.SelectMany(text => _ids.Take(_ours.EncodeIds(text, _ids)))];
            List<(string, Action, Func<string>)> peers =
            [
                (
                    "FastBertTokenizer 1.2.6",
                    () => ForEach(texts, text => _fast.Encode(text, _fastIds, _fastMask)),
                    () => Compare(
                        expected, texts, text => Inner(_fastIds.Take(_fast.Encode(text, _fastIds, _fastMask)).Select(id => (int)id)))),
                (
                    Microsoft,
                    () => ForEach(texts, text => _microsoft.EncodeToIds(text, addSpecialTokens: false).Count),
                    () => Compare(expected, texts, text => _microsoft.EncodeToIds(text, addSpecialTokens: false))),
            ];
            if (_rust is not null)
            {
                peers.Add((
                    "Tokenizers.DotNet 1.4.1",
                    () => ForEach(texts, text => _rust.Encode(text).Length),
                    () => Compare(expected, texts, text => Inner(_rust.Encode(text).Select(id => (int)id)))));
            }

            PeerTiming.Run(what, rounds, 1, () => ForEach(texts, text => _ours.EncodeIds(text, _ids)), peers);
        }

        public void CompareOffsets(string what, int rounds, string[] texts)
        {
            var options = new EncodeOptions { AddSpecialTokens = false };
            int[] expected = [.. texts.SelectMany(text => _ids.Take(_ours.EncodeIds(text, _ids)))];
            PeerTiming.Run(
                what,
                rounds,
                1,
                () => ForEach(texts, text =>
                {
                    _ours.Encode(text, _encoding, options);
                    return _encoding.Count;
                }),
                (
                    Microsoft,
                    () => ForEach(texts, text => _microsoft.EncodeToTokens(text, out _).Count),
                    () => Compare(expected, texts, text => _microsoft.EncodeToTokens(text, out _).Select(token => token.Id))));
        }

        public void Dispose() => _rust?.Dispose();

        private static void ForEach(string[] texts, Func<string, int> encode)
        {
            foreach (string text in texts)
            {
                encode(text);
            }
        }

        private static string Compare(int[] expected, string[] texts, Func<string, IEnumerable<int>> encode) =>
            ResultDifference.Ids(expected, [.. texts.SelectMany(encode)]);

        // Without the special tokens at both ends.
        private static IEnumerable<int> Inner(IEnumerable<int> ids) => ids.Skip(1).SkipLast(1);
    }
}
