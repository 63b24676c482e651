using Microsoft.Extensions.Options;

namespace ServerlessInference.Vision.Classification;

/// <summary>Validates each setting on its own, with source-generated code.</summary>
[OptionsValidator]
internal sealed partial class ImageClassificationOptionsValidator : IValidateOptions<ImageClassificationOptions>;
