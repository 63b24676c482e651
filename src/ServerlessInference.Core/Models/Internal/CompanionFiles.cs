namespace ServerlessInference.Models;

/// <summary>The names of files that are looked for next to a single model file.</summary>
internal static class CompanionFiles
{
    /// <summary>Gets the files that contain the names of classes, in the order in which they are looked for.</summary>
    public static IReadOnlyList<string> Labels { get; } =
    [
        "labels.txt", "classes.txt", "synset.txt", "imagenet_classes.txt", "class_names.txt", "coco.names", "obj.names", "labels.json",
        "id2label.json", "class_indices.json", "imagenet_class_index.json", "classes.json", "labels.csv",
    ];

    /// <summary>Gets the files with settings and vocabularies.</summary>
    public static IReadOnlyList<string> Settings { get; } =
    [
        "config.json", "preprocessor_config.json", "processor_config.json", "signature.json", "special_tokens_map.json", "tokenizer.json",
        "tokenizer_config.json", "vocab.txt",
    ];
}
