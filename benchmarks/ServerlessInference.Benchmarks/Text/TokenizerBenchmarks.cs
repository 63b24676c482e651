using BenchmarkDotNet.Attributes;
using ServerlessInference.Text.Tokenization;

namespace ServerlessInference.Benchmarks.Text;

/// <summary>WordPiece over one million characters of English on one thread, against splitting at spaces with one look-up a word.</summary>
/// <remarks>A mean of 10 ms is 100 MB/s.</remarks>
[MemoryDiagnoser]
public class TokenizerBenchmarks
{
    private const int Length = 1_000_000;

    private readonly TokenEncoding _encoding = new();
    private readonly int[] _ids = new int[Length];
    private readonly Dictionary<string, int> _words = [];
    private string _text = string.Empty;
    private byte[] _vocabulary = [];
    private WordPieceTokenizer _tokenizer = null!;
    private Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    [GlobalSetup]
    public void SetUp()
    {
        string? file = Environment.GetEnvironmentVariable("BENCHMARK_TEXT");
        _text = file is null ? EnglishText.Generate(Length) : File.ReadAllText(file);
        _vocabulary = EnglishText.Vocabulary();
        _tokenizer = WordPieceTokenizer.FromVocabulary(_vocabulary);
        foreach (string line in System.Text.Encoding.UTF8.GetString(_vocabulary).Split('\n'))
        {
            _words.TryAdd(line, _words.Count);
        }

        _lookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    [Benchmark(Baseline = true)]
    public int SplitAndLookUp()
    {
        int found = 0;
        ReadOnlySpan<char> text = _text;
        while (!text.IsEmpty)
        {
            int end = text.IndexOf(' ');
            ReadOnlySpan<char> word = end < 0 ? text : text[..end];
            found += _lookup.TryGetValue(word, out int id) ? id : 1;
            text = end < 0 ? default : text[(end + 1)..];
        }

        return found;
    }

    [Benchmark]
    public int IdsOnly() => _tokenizer.EncodeIds(_text, _ids);

    [Benchmark]
    public int WithOffsets()
    {
        _tokenizer.Encode(_text, _encoding);
        return _encoding.Count;
    }

    [Benchmark]
    public WordPieceTokenizer Load() => WordPieceTokenizer.FromVocabulary(_vocabulary);
}
